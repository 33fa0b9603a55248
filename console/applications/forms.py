"""Forms about an application that are no mapping and no scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.base.seen import every_source
from console.base.versioned import RefusableForm
from provisioning.catalogue.reading import entries, entry_of
from provisioning.models import Application, DriftRule, SignIn
from provisioning.planning.comparing import ACTIVE, LISTS
from provisioning.protocol.changes import MANAGER

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERIC: Final = "generic"


class NewApplicationForm(RefusableForm[Application]):
    """The first step: which application it is, and what it is called here."""

    catalogue_key = forms.ChoiceField(
        label=_("Application"),
        help_text=_("What the catalogue knows of it is filled in; you change what you like."),
    )

    class Meta:
        model = Application
        fields = ("catalogue_key", "name")
        help_texts = {"name": _("Shown in the console and in logs, such as “Slack”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["catalogue_key"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(each.key, each.name) for each in entries()]
        self.initial.setdefault("catalogue_key", GENERIC)


class BasicForm(RefusableForm[Application]):
    """What it is called, what comes from it, and what is kept of its log."""

    class Meta:
        model = Application
        fields = ("name", "source", "compare_every", "keeps_bodies", "log_retention_days")
        help_texts = {
            "source": _(
                "The inbound source that is the same system, if it is one: what came from it is "
                "not pushed back."
            ),
            "compare_every": _("When everything is compared with what stands there."),
            "keeps_bodies": _(
                "Whole requests and answers, encrypted. Without, values of people stay masked."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = every_source()  # type: ignore[attr-defined]


class ConnectionForm(forms.Form):
    """Where the application is, and how we say who we are."""

    base_url = forms.CharField(
        label=_("SCIM base URL"),
        max_length=500,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Where Users and Groups are, without them, such as https://…/scim/v2."),
    )
    sign_in = forms.ChoiceField(
        label=_("How we sign in there"),
        choices=SignIn.choices,
        widget=forms.RadioSelect,
    )
    token = forms.CharField(
        label=_("Bearer token"),
        required=False,
        strip=True,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    # No name of a field that is kept for somebody whose session ends may sound like a secret.
    oauth_url = forms.CharField(
        label=_("Token URL"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Where OAuth 2 client credentials are exchanged for a token."),
    )
    client_id = forms.CharField(
        label=_("Client id"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    oauth_scope = forms.CharField(
        label=_("Scope"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("If the application wants one."),
    )

    def __init__(self, data: Any = None, *, application: Application) -> None:
        super().__init__(
            data,
            initial={
                "base_url": application.base_url,
                "sign_in": application.sign_in,
                "oauth_url": application.token_url,
                "client_id": application.client_id,
                "oauth_scope": application.scope_text,
            },
        )
        known = entry_of(application.catalogue_key)
        kept = _("One is stored. Leave this empty to keep it; another host voids it.")
        if application.token:
            self.fields["token"].help_text = kept
        elif known.where_token:
            self.fields["token"].help_text = known.where_token
        if application.client_secret:
            self.fields["client_secret"].help_text = kept
        if not application.base_url:
            self.fields["base_url"].help_text = known.where_url or (
                self.fields["base_url"].help_text
            )
        elif application.first_plan_sent_at is not None:
            self.fields["base_url"].help_text = _(
                "Another host is another target: what waits is cancelled, links to accounts there "
                "are forgotten, whoever is there stays as they are, and nothing is sent before you "
                "have sent a new first plan."
            )

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_oauth = data.get("sign_in") == SignIn.OAUTH
        for name in ("oauth_url", "client_id") if is_oauth else ():
            if not data.get(name):
                self.add_error(name, _("Client credentials need this."))
        return data


SWITCHES: Final[Mapping[str, tuple[tuple[str, Any, Any], ...]]] = {
    "users": (
        ("create_users", _("Create users"), _("A person who comes into scope is made there.")),
        ("update_users", _("Update users"), _("What changes here is changed there.")),
        (
            "delete_users",
            _("Delete users"),
            _(
                "Whoever is deleted here, or leaves, may be deleted there. While it is off, they "
                "are deactivated at most, whatever is chosen for who leaves."
            ),
        ),
    ),
    "groups": (
        ("create_groups", _("Create groups"), _("A group that is pushed is made there.")),
        ("delete_groups", _("Delete groups"), _("A group that is deleted here is deleted there.")),
        (
            "push_memberships",
            _("Add and remove memberships"),
            _("Who joins or leaves a group here joins or leaves it there."),
        ),
        ("update_groups", _("Update groups"), _("A group that is renamed here is renamed there.")),
    ),
    "roles": (
        (
            "push_roles",
            _("Add and remove roles of a user"),
            _("By the groups that a role of the application is assigned to."),
        ),
        (
            "push_permissions",
            _("Add and remove permissions of a user"),
            _("The permissions of these roles, as entitlements."),
        ),
    ),
}
"""The three tables of switches, each switch with its label and what it does."""


_EXCEPTION: Final = "drift_of:"
"""Before the path of an attribute, the name of the field with the rule for it."""


class SwitchesForm(forms.Form):
    """What is pushed: users, groups, roles and permissions."""

    def __init__(self, data: Any = None, *, application: Application) -> None:
        names = [name for table in SWITCHES.values() for name, _label, _help in table]
        super().__init__(data, initial={name: getattr(application, name) for name in names})
        for table in SWITCHES.values():
            for name, label, does in table:
                self.fields[name] = forms.BooleanField(label=label, required=False, help_text=does)

    def tables(self) -> list[tuple[Any, list[Any]]]:
        """Return each table with its heading."""
        titles = {"users": _("Users"), "groups": _("Groups"), "roles": _("Roles and permissions")}
        return [
            (titles[key], [self[name] for name, _label, _help in table])
            for key, table in SWITCHES.items()
        ]


class LeavingForm(RefusableForm[Application]):
    """What is done with whoever leaves, how many may go at once, and with changes made there."""

    class Meta:
        model = Application
        fields = (
            *("on_left_scope", "on_deactivated", "on_deleted", "delete_after_days"),
            *("removal_number", "removal_percent", "adopt", "own_adopted", "drift"),
        )
        labels = {"on_left_scope": _("Who is no longer assigned")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mapped = self.instance.mappings.values_list("target", flat=True)
        paths = {*mapped, *self.instance.drift_of, *LISTS, ACTIVE, MANAGER}
        self._paths = sorted(paths, key=str.casefold)
        for path in self._paths:
            self.fields[_EXCEPTION + path] = forms.ChoiceField(
                label=path,
                required=False,
                choices=[("", _("As above")), *DriftRule.choices],
                initial=self.instance.drift_of.get(path, ""),
            )

    def groups(self) -> list[tuple[Any, Any, list[Any]]]:
        """Return the fields under their headings, each with a sentence."""
        return [
            (
                _("Who leaves"),
                _("Who is removed from the last group, role or profile assigned, or from here."),
                [self[n] for n in ("on_left_scope", "on_deactivated", "on_deleted")]
                + [self["delete_after_days"]],
            ),
            (
                _("How many at once"),
                _("More removals in one run or hour are held until an admin allows them."),
                [self[n] for n in ("removal_number", "removal_percent")],
            ),
            (
                _("Accounts that are there already"),
                _("What is done with an account there that is one of your people's."),
                [self[n] for n in ("adopt", "own_adopted")],
            ),
            (
                _("What somebody changes there"),
                _("A full run compares what we sent with what stands there now."),
                [self["drift"]],
            ),
        ]

    @property
    def exceptions(self) -> list[Any]:
        """Return the fields of attributes for which another rule may hold."""
        return [self[_EXCEPTION + path] for path in self._paths]

    @property
    def count_of_exceptions(self) -> int:
        """Return for how many attributes another rule is stored."""
        return len(self.instance.drift_of)

    def values(self) -> dict[str, Any]:
        """Return the columns that a valid form asks for."""
        columns = {name: self.cleaned_data[name] for name in self.Meta.fields}
        rules = {path: self.cleaned_data[_EXCEPTION + path] for path in self._paths}
        return {**columns, "drift_of": {path: rule for path, rule in rules.items() if rule}}
