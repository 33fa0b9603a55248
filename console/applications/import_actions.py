"""What is done about many accounts that were found: linked, created here, left alone."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from accounts.identifiers import read_uuid
from accounts.models import User
from console.applications.import_forms import FILL_LABELS, FillForm
from console.base.many import ManyAction
from console.base.many_look import Look, PassedOver
from provisioning.importing.asking import Asking
from provisioning.importing.deciding import create_found, ignore_found, link_found
from provisioning.models import ImportRow
from provisioning.planning.buckets import Bucket
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

_FILL: Final = "fill"
"""What is kept of a line: the fields that are ticked."""
_COLUMNS: Final = ("given_name", "family_name", "display_name")


@dataclass(frozen=True, slots=True)
class Ticked:
    """The fields that are filled where they are empty."""

    fields: tuple[str, ...]

    @property
    def pk(self) -> str:
        """By what the page that asks knows this choice."""
        return ",".join(self.fields)


class _Decided(ManyAction):
    """A decision, for which the target is asked once more about each account."""

    stays_because = gettext_lazy(
        "Other changes may build on it at once. Unlink or delete somebody on their own page."
    )

    asks_targets = True

    @contextmanager
    @override
    def asking(self) -> Iterator[Callable[[str], Any]]:
        with Asking() as asking:
            yield asking.look_at

    @override
    def find(self, model_admin: Any, request: HttpRequest, key: str) -> Any:
        return model_admin.rows_of(request).filter(pk=key).first()


class LinkMany(_Decided):
    """Link those who match exactly one of ours."""

    @override
    def form(self, data: Any) -> FillForm:
        return FillForm(data)

    @override
    def choice_of(self, form: Any) -> Ticked:
        return Ticked(tuple(sorted(form.cleaned_data["fill"])))

    @override
    def ids_of(self, choice: Any) -> dict[str, Any]:
        return {_FILL: list(choice.fields)}

    @override
    def find_choice(self, ids: dict[str, Any]) -> Ticked:
        return Ticked(tuple(ids[_FILL]))

    @override
    def question(self, count: int) -> str:
        text = ngettext("Link %(n)s account?", "Link %(n)s accounts?", count)
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s account was linked", "%(n)s accounts were linked", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        waiting = chosen.filter(state=ImportRow.State.WAITING)
        others = waiting.exclude(bucket=Bucket.CANDIDATE)
        return Look(
            consequences=[
                _("Nothing is written there by it. Whoever is assigned is brought in step then."),
                *_filled(waiting.filter(bucket=Bucket.CANDIDATE), choice.fields),
            ],
            passed_over=[
                *_decided(chosen),
                PassedOver(
                    _("They do not match exactly one of ours. Decide on their own page."), others
                ),
            ],
        )

    @override
    def do_as_answered(self, model_admin: Any, obj: Any, choice: Any, answer: Any) -> None:
        link_found(row=obj, seen=answer, fill=choice.fields)


class CreateMany(_Decided):
    """Make people and groups here of those who are only there."""

    @override
    def question(self, count: int) -> str:
        text = ngettext("Create %(n)s here?", "Create %(n)s here?", count)
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s account was created here", "%(n)s accounts were created here", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        waiting = chosen.filter(state=ImportRow.State.WAITING)
        alone = waiting.filter(bucket=Bucket.ORPHAN, matches=[])
        lines = [
            _("People are members, without a licence and without a password, and get no mail."),
            _("Nothing is sent there, and nobody is taken away there, until they are assigned."),
        ]
        if alone.filter(kind=Kind.GROUP).exists():
            lines.append(_("A group has those of its members who are linked. Import people first."))
        return Look(
            consequences=lines,
            passed_over=[
                *_decided(chosen),
                PassedOver(_("They are here, or may be."), waiting.exclude(pk__in=alone)),
            ],
        )

    @override
    def do_as_answered(self, model_admin: Any, obj: Any, choice: Any, answer: Any) -> None:
        create_found(row=obj, seen=answer)


class IgnoreMany(ManyAction):
    """Leave them alone, also when they are found again."""

    stays_because = gettext_lazy("Decide otherwise about one of them on its own page.")

    @override
    def question(self, count: int) -> str:
        text = ngettext("Leave %(n)s account alone?", "Leave %(n)s accounts alone?", count)
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s account was left alone", "%(n)s accounts were left alone", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        return Look(
            consequences=[_("They wait no more, also when they are found again.")],
            passed_over=_decided(chosen),
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> None:
        ignore_found(row=obj)


def _decided(chosen: QuerySet[ImportRow]) -> list[PassedOver]:
    """Return those about whom nothing is to be decided, or somebody has decided."""
    settled = chosen.filter(state=ImportRow.State.SETTLED)
    over = (ImportRow.State.SETTLED, ImportRow.State.WAITING)
    return [
        PassedOver(_("They are linked already."), settled),
        PassedOver(_("Somebody has decided about them already."), chosen.exclude(state__in=over)),
    ]


def _filled(candidates: QuerySet[ImportRow], fields: Sequence[str]) -> Iterator[str]:
    """Yield what would be changed of ours: nothing, or what is ticked and empty."""
    if not fields:
        yield _("Nothing of ours is changed.")
        return
    ids = candidates.filter(kind=Kind.USER).values_list("object_id", flat=True)
    people = User.objects.filter(pk__in=[key for text in ids if (key := read_uuid(text))])
    for name in fields:
        empty = {name: ""} if name in _COLUMNS else {f"attributes__{name}__isnull": True}
        count = people.filter(**empty).count()
        text = ngettext(
            "%(field)s: empty here for %(n)s person, and filled if it stands there.",
            "%(field)s: empty here for %(n)s people, and filled where it stands there.",
            count,
        )
        yield text % {"field": FILL_LABELS[name], "n": count}
