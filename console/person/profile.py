"""What is said of a person, who manages each field of it, and who changed it here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identifiers import is_canonical_uuid
from accounts.managed import held_fields, holders_of
from accounts.models import User
from accounts.services.users import UserFields
from accounts.trail.actors import source_name_of
from accounts.trail.audit import SYSTEM
from accounts.trail.sentences import actor_in_words
from console.base.access import Access
from console.base.moments import told_within
from console.base.seen import as_named_to
from console.person.opened_fields import way_to_open
from scim.models import Source
from scim.people_files.fields import COLUMNS, value_of
from scim.sources.field_labels import label_of
from scim.sources.mapping import USER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

    from accounts.managed import Holder
    from accounts.models import AuditEntry
    from console.person.look import Look

ON_THE_FORM: Final = ("user_name", "email", "given_name", "family_name", "display_name")
"""What the form of a person asks for; the rest of what is said of them only comes from outside."""
_MOST_PHONES: Final = 5
_LABELS: Final[Mapping[str, StrOrPromise]] = {
    "work_phone": gettext_lazy("Phone"),
    "external_id": gettext_lazy("External ID"),
}
"""Where a line is called otherwise than the field in a mapping table."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is said of the person.

    Attributes:
        fields: What it is made of, as mapping tables call it, the first of which names it.
        value: What is said, never nothing.
        managed_by: The identity providers whose next push overwrites it.
        is_mapped: Whether their mapping tables say so.
        note: What is to be known of the value.
        edited: Who changed it here last and when, if that is known.
    """

    fields: tuple[str, ...]
    value: str
    managed_by: tuple[str, ...] = ()
    is_mapped: bool = False
    note: str = ""
    edited: str = ""

    @property
    def label(self) -> str:
        """What the value is."""
        name = self.fields[0]
        return str(_LABELS.get(name) or label_of(name))


def profile(look: Look) -> dict[str, Any]:
    """Return what is said of the person, and which identity providers manage what of it.

    It costs the statements that tell the identity providers, and one for a manager who may be here.
    """
    holders = as_named_to(look.request, holders_of(look.person))
    held = held_fields(holders)
    lines = [_managed(line, holders, held) for line in _lines_of(look)]
    told = {name for line in lines for name in line.fields}
    return {
        "names": ", ".join(each.name for each in holders),
        "is_shared": len(holders) > 1,
        "lines": lines,
        "beside": ", ".join(sorted(label_of(name) for name in held.keys() - told)),
        **_way_to_edit(look, holders),
    }


def with_editors(facts: Mapping[str, Any], entries: Iterable[AuditEntry]) -> dict[str, Any]:
    """Return ``facts`` of :func:`profile`, with who changed a line here, as these entries tell.

    The entries are about the person, the newest first.
    """
    newest: dict[str, AuditEntry] = {}
    for entry in entries:
        for path in entry.details.get("changes") or ():
            newest.setdefault(path, entry)
    return {**facts, "lines": [_with_editor(line, newest) for line in facts["lines"]]}


def _lines_of(look: Look) -> Iterator[Line]:
    values = UserFields.of(look.person)
    for name in (*ON_THE_FORM, "title"):
        if text := value_of(values, name):
            yield Line((name,), text)
    yield from _department(values)
    yield from _manager(value_of(values, "manager"))
    yield from _phones(look.person.attributes.get("phoneNumbers"))
    if text := value_of(values, "employee_number"):
        yield Line(("employee_number",), text)
    if values.external_id and look.may(Source._meta.label_lower):
        yield Line(("external_id",), _as_id(values.external_id))


def _department(values: UserFields) -> Iterator[Line]:
    department, cost_center = value_of(values, "department"), value_of(values, "cost_center")
    if department and cost_center:
        both = _("%(department)s, cost centre %(cost_center)s")
        text = both % {"department": department, "cost_center": cost_center}
        yield Line(("department", "cost_center"), text)
    elif department:
        yield Line(("department",), department)
    elif cost_center:
        yield Line(("cost_center",), cost_center)


def _manager(key: str) -> Iterator[Line]:
    """Yield the manager, who is linked if they are here: another company's id leads nowhere."""
    if not key:
        return
    found = User.objects.filter(pk=key).first() if is_canonical_uuid(key) else None
    if found is None:
        yield Line(("manager",), _as_id(key), note=_("Nobody here has this ID."))
        return
    note = "" if found.active else _("Inactive")
    yield Line(("manager",), _page_link(found), note=note)


def _page_link(person: User) -> SafeString:
    page = reverse("console:accounts_user_change", args=[person.pk])
    return format_html('<a href="{}"><bdi>{}</bdi></a>', page, person)


def _as_id(key: str) -> SafeString:
    return format_html("<code>{}</code>", key)


def _phones(numbers: Any) -> Iterator[Line]:
    listed = [each for each in numbers or () if isinstance(each, dict) and each.get("value")]
    if not listed:
        return
    texts = [_phone(each) for each in listed[:_MOST_PHONES]]
    if len(listed) > _MOST_PHONES:
        texts.append(_("and %(n)s more") % {"n": len(listed) - _MOST_PHONES})
    yield Line(("work_phone", "mobile_phone"), ", ".join(texts))


def _phone(number: Mapping[str, Any]) -> str:
    kind = number.get("type")
    return f"{number['value']} ({kind})" if kind else str(number["value"])


def _managed(line: Line, holders: Iterable[Holder], held: Mapping[str, Collection[str]]) -> Line:
    """Return a line with who fills it by their mapping; else what is not edited by the form
    belongs to whoever writes the person.
    """
    by_mapping = {name for field in line.fields for name in held.get(field, ())}
    if by_mapping:
        return replace(line, managed_by=tuple(sorted(by_mapping)), is_mapped=True)
    if line.fields[0] in ON_THE_FORM:
        return line
    return replace(line, managed_by=tuple(each.name for each in holders))


def _way_to_edit(look: Look, holders: Collection[Holder]) -> dict[str, str]:
    """Return the way to the form, or to the form with what is managed opened; as they may."""
    page, held = User._meta.label_lower, held_fields(holders)
    if not look.may(page, Access.CHANGE):
        may_edit = look.may(page, Access.PROFILE) and not holders
        return {"edit_url": "#edit" if may_edit else ""}
    opened = [name for name in ON_THE_FORM if name in held]
    return {"override_url": way_to_open(opened, "edit")} if opened else {"edit_url": "#edit"}


def _with_editor(line: Line, newest: Mapping[str, AuditEntry]) -> Line:
    found = [newest[path] for path in map(_path_in_trail, line.fields) if path in newest]
    last = max(found, key=lambda entry: entry.pk, default=None)
    if last is None or last.actor == SYSTEM or source_name_of(last.actor):
        return line
    edited = format_html(
        _("edited here by {who}, {when}"),
        who=actor_in_words(last.actor),
        when=told_within(last.at),
    )
    # What no mapping names is theirs who wrote it last.
    return replace(line, edited=edited, managed_by=line.managed_by if line.is_mapped else ())


def _path_in_trail(field: str) -> str:
    """Return how an entry of the trail names what changed of a field."""
    if field in COLUMNS:
        return field
    return USER_FIELDS[field].partition("[")[0].removesuffix(".value")
