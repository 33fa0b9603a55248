"""Forms about imports: what is read, what is allowed beforehand, and one decision."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import NameNotPermittedError
from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from accounts.names import group_name_key
from accounts.storage.finding import find_people
from provisioning.importing.filling import FILLED
from provisioning.importing.rules import RULE_FIELDS, rule_of
from provisioning.models import ImportRow, ImportRule, ObjectKind
from provisioning.planning.buckets import Bucket
from provisioning.protocol.steps import Kind
from scim.sources.field_labels import FIELD_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from provisioning.models import Application

_LINK: Final = "link:"
FILL_LABELS: Final[Mapping[str, StrOrPromise]] = {
    **{name: FIELD_LABELS[name] for name in FILLED if name in FIELD_LABELS},
    "nickName": FIELD_LABELS["nick_name"],
    "preferredLanguage": FIELD_LABELS["preferred_language"],
    "phoneNumbers": _("Phone numbers"),
}


class Decision(StrEnum):
    """What is done about an account that was found."""

    LINK = "link"
    CREATE = "create"
    IGNORE = "ignore"


KINDS: Final = ((ObjectKind.USER, _("People")), (ObjectKind.GROUP, _("Groups")))


class ReadForm(forms.Form):
    """What an import reads."""

    kinds = forms.MultipleChoiceField(
        label=_("What to read"),
        choices=KINDS,
        initial=[ObjectKind.USER],
        widget=forms.CheckboxSelectMultiple,
    )


class RuleForm(forms.ModelForm[ImportRule]):
    """When an application is imported from by itself, and what is taken in then."""

    class Meta:
        model = ImportRule
        fields = RULE_FIELDS

    def __init__(self, data: Any = None, *, application: Application) -> None:
        super().__init__(data, instance=rule_of(application))


class FillForm(forms.Form):
    """What of people of ours is filled where it is empty."""

    fill = forms.MultipleChoiceField(
        label=_("Fill where it is empty here"),
        choices=[(name, FILL_LABELS[name]) for name in FILLED],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing that stands here is overwritten."),
    )


class DecisionForm(FillForm):
    """Whose an account is that was found, or what becomes of it."""

    choice = forms.ChoiceField(label=_("What to do"), widget=forms.RadioSelect)
    somebody = forms.CharField(
        label=_("Somebody else here"),
        required=False,
        max_length=320,
        help_text=_("The user name of a person, or the name of a group; fill in for that choice."),
    )
    field_order = ("choice", "somebody", "fill")

    def __init__(
        self, data: Any = None, *, row: ImportRow, named: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self._row = row
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        is_alone = row.bucket == Bucket.ORPHAN and not row.matches
        field.choices = [
            *((f"{_LINK}{key}", _t("Link to %(name)s") % {"name": name}) for key, name in named),
            (Decision.LINK.value, _t("Link to somebody else here")),
            *([(Decision.CREATE.value, _t("Create here"))] if is_alone else []),
            *(
                [(Decision.IGNORE.value, _t("Leave it alone"))]
                if row.state == ImportRow.State.WAITING
                else []
            ),
        ]
        if row.kind == ObjectKind.GROUP:
            del self.fields["fill"]

    @override
    def clean(self) -> dict[str, Any]:
        """Find whom the form names."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("choice") == Decision.LINK:
            found = self._found(str(data.get("somebody", "")).strip())
            if found:
                data["object_id"] = found
            else:
                self.add_error("somebody", _t("Nobody here is called so. Check the spelling."))
        return data

    def decision(self) -> tuple[Decision, str]:
        """Return what a valid form chose, and to whom the account is linked."""
        chosen: str = self.cleaned_data["choice"]
        if chosen.startswith(_LINK):
            return Decision.LINK, chosen.removeprefix(_LINK)
        return Decision(chosen), self.cleaned_data.get("object_id", "")

    def _found(self, called: str) -> str:
        if not called:
            return ""
        if self._row.kind == Kind.USER:
            people = find_people([called])[called]
            return str(people[0].pk) if len(people) == 1 else ""
        try:
            key = group_name_key(called)
        except NameNotPermittedError:
            return ""
        group = DirectoryGroup.objects.filter(display_name_ci=key).first()
        return str(group.pk) if group else ""


def named_here(row: ImportRow) -> list[tuple[str, str]]:
    """Return the id and the name of whose a row is here, or of whom it matches."""
    model: Any = User if row.kind == Kind.USER else DirectoryGroup
    named = [row.object_id] if row.object_id else row.matches
    keys = [key for text in named if (key := read_uuid(text))]
    return [(str(each.pk), str(each)) for each in model.objects.filter(pk__in=keys).order_by("pk")]
