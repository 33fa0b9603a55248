"""The form *Edit user settings*: who somebody is, their role and their access profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import NameNotPermittedError
from accounts.models import AccessProfile, ProfileMembership, Role, User
from accounts.names import email_key, user_name_key
from accounts.services.settings_of_user import with_work_address
from accounts.services.users import UserFields
from console.base.versioned import RefusableForm

if TYPE_CHECKING:
    from collections.abc import Callable

_COLUMNS: Final = frozenset(
    {"user_name", "email", "given_name", "family_name", "display_name", "active"}
)


class PersonForm(RefusableForm[User]):
    """What an admin may change about a person; the services store it."""

    profiles = forms.ModelMultipleChoiceField(
        label=_("Access profiles"),
        queryset=AccessProfile.objects.filter(is_default=False),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Beside the default profile, which everybody is in."),
    )
    invite = forms.BooleanField(
        label=_("Send an invitation"),
        required=False,
        initial=True,
        help_text=_(
            "By e-mail, with a link to choose a password. Not needed by people who sign in "
            "through your identity provider."
        ),
    )

    class Meta:
        model = User
        fields = (
            "user_name",
            "email",
            "given_name",
            "family_name",
            "display_name",
            "role",
            "active",
        )
        help_texts = {
            "user_name": _("What they sign in with; usually the e-mail address."),
            "email": _("SAML sign-on finds the person by this address."),
            "active": _(
                "Inactive people cannot sign in: their sessions end and their licences are "
                "released at once."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"user_name", "email"} & self.fields.keys():
            # What somebody has been called since before names were prepared may stay.
            cast("forms.CharField", self.fields[name]).strip = False
        if "profiles" in self.fields:
            # A new person has no memberships, although the key is made in advance.
            held = ProfileMembership.objects.filter(user_id=self.instance.pk)
            self.initial.setdefault("profiles", list(held.values_list("profile_id", flat=True)))

    def clean_user_name(self) -> str:
        """Refuse a name that nobody can have or somebody else has; the present one may stay."""
        name = str(self.cleaned_data["user_name"])
        if name == self.instance.user_name:
            return name
        name = name.strip()
        others = User.objects.filter(user_name_ci=_checked(user_name_key, name))
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("Somebody else already has this user name, in this spelling or another one.")
            )
        return name

    def clean_email(self) -> str:
        """Refuse what is no address; the present one may stay."""
        value = str(self.cleaned_data["email"])
        if value == self.instance.email:
            return value
        value = value.strip()
        if value:
            _checked(email_key, value)
            local, _between, domain = value.rpartition("@")
            if not local or not domain or " " in value:
                raise forms.ValidationError(_("Enter one address, such as babs@acme.example."))
        return value

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and not cleaned.get("email") and "@" in str(cleaned.get("user_name", "")):
            cleaned["email"] = cleaned["user_name"]
        return cleaned

    def values(self, before: UserFields | None) -> UserFields:
        """Return the person's values after this form; what it does not show stays as before."""
        person: Any = self.instance
        if before is None:
            before = UserFields(user_name=person.user_name)
            asked = _COLUMNS
        else:
            asked = _COLUMNS.intersection(self.fields)
        values = replace(before, **{name: getattr(person, name) for name in asked})
        if before.email == values.email:
            return values
        return replace(values, attributes=with_work_address(before.attributes, values.email))

    def role(self, before: Role) -> Role:
        """Return the chosen role; ``before`` where the form does not ask for it."""
        return Role(self.cleaned_data.get("role", before))

    def difference_of(self, name: str) -> tuple[list[Any], list[Any]]:
        """Return what was ticked in a field of several choices, and what was unticked."""
        if name not in self.fields:
            return [], []
        before = set(self.initial.get(name, ()))
        chosen = list(self.cleaned_data[name])
        field = self.fields[name]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - the caller's
        gone = before - {each.pk for each in chosen}
        left = field.queryset.filter(pk__in=gone) if field.queryset is not None else ()
        return [each for each in chosen if each.pk not in before], list(left)


def _checked(key: Callable[[str], str], name: str) -> str:
    """Return how ``name`` is compared, or refuse it on the form."""
    try:
        return key(name)
    except NameNotPermittedError as refusal:
        raise forms.ValidationError(str(refusal)) from refusal
