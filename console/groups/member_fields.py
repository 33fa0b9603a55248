"""Naming members on a form: a line for each, for groups of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.storage.finding import find_groups, find_people
from accounts.storage.memberships import people_below
from console.base.picker import Named, Picker
from console.base.versioned import RefusableForm

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

_ModelT = TypeVar("_ModelT", bound=models.Model)

SHOWN_UNKNOWN = 5


class MembersForm(RefusableForm[_ModelT]):
    """A form with fields of :class:`MemberNamesField`, called as in :attr:`member_fields`.

    ``not_for`` is somebody who may not decide their own membership.
    """

    member_fields: ClassVar[tuple[str, ...]] = ("add_members", "remove_members")
    not_for: ClassVar[UUID | None] = None

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in self.member_fields:
            named = (cleaned or {}).get(name)
            if named and self.not_for in {*named, *people_below(named)}:
                self.add_error(name, _t("Whether you are a member is decided by somebody else."))
        return cleaned


class MemberNamesField(forms.CharField):
    """User names or e-mail addresses, one a line; with ``with_groups`` also names of groups.

    Its value is the list of their ids.
    """

    def __init__(self, *, with_groups: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs["widget"] = Picker(Named.MEMBERS if with_groups else Named.PEOPLE)
        super().__init__(**kwargs)
        self._with_groups = with_groups
        self.help_text = (
            _("User names, addresses or names of directory groups; several, one on each line.")
            if with_groups
            else _("User names or e-mail addresses; several, one on each line.")
        )

    @override
    def clean(self, value: Any) -> list[UUID]:
        lines = {line.strip() for line in str(super().clean(value)).splitlines() if line.strip()}
        found: dict[str, UUID] = {}
        several: list[str] = []
        for line, people in find_people(lines).items():
            if len(people) == 1:
                found[line] = people[0].pk
            elif people:
                several.append(line)
        if several:
            raise forms.ValidationError(
                _t("Several people have the address %(names)s. Write their user names.")
                % {"names": _some(several)}
            )
        if self._with_groups:
            found |= find_groups(lines - found.keys())
        unknown = lines - found.keys()
        if unknown:
            raise forms.ValidationError(
                _t("Nobody here is called %(names)s. Check the spelling.")
                % {"names": _some(unknown)}
            )
        return sorted(set(found.values()))


def _some(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:SHOWN_UNKNOWN])
