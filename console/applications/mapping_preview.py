"""What mapping rows give for one real person or group, before they are saved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.models import DirectoryGroup, User
from accounts.storage.finding import find_groups, find_people
from console.applications.example_resources import example_of
from console.base.access import Access, access_of
from provisioning.desired.resources import resource_of_group, resource_of_user
from provisioning.mapping.compiled import compile_rows
from provisioning.mapping.errors import EvaluationError, MappingError
from provisioning.protocol.paths import parse_target_path, text_of, value_at
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.mapping.rows import Row


@dataclass(frozen=True, slots=True)
class Given:
    """What one row gives: its attribute there, and the value, or why there is none."""

    target: str
    value: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rows give for somebody; ``problem`` says why nobody was found."""

    called: str
    given: Sequence[Given] = ()
    problem: str = ""


def previewed(kind: Kind, rows: Sequence[Row], called: str, viewer: User) -> Preview:
    """Return what ``rows`` give for whoever is ``called`` so; for the viewer, or the first group.

    Rows are typed at will, so a preview shows every value of whom it is about.  Whoever may not
    see people, or groups, sees what the rows give for an example that we have made up.

    Args:
        kind: What is mapped.
        rows: The rows, stored or typed.
        called: A user name, an e-mail address, or the name of a group; may be empty.
        viewer: Who looks.
    """
    if not sees_real(kind, viewer):
        example = example_of(kind)
        return Preview(str(example["displayName"]), _given(kind, rows, example))
    if kind is Kind.USER:
        person = _person(called, viewer)
        if person is None:
            return Preview(called, problem=_("Nobody here is called so, or several people are."))
        return Preview(person.user_name, _given(kind, rows, resource_of_user(person)))
    group = _group(called)
    if group is None:
        return Preview(called, problem=_("There is no directory group of this name."))
    return Preview(group.display_name, _given(kind, rows, resource_of_group(group)))


def sees_real(kind: Kind, viewer: User) -> bool:
    """Whether somebody may see the people, or the groups, of the tenant."""
    page = "accounts.user" if kind is Kind.USER else "accounts.directorygroup"
    return Access.VIEW in access_of(viewer, page)


def _person(called: str, viewer: User) -> User | None:
    if not called.strip():
        return viewer
    found = find_people([called.strip()])[called.strip()]
    return found[0] if len(found) == 1 else None


def _group(called: str) -> DirectoryGroup | None:
    groups = DirectoryGroup.objects.order_by("display_name_ci")
    if not called.strip():
        return groups.first()
    found = find_groups([called.strip()])
    return groups.filter(pk__in=found.values()).first()


def _given(kind: Kind, rows: Sequence[Row], resource: Mapping[str, Any]) -> list[Given]:
    return [_given_by(kind, row, resource) for row in rows]


def _given_by(kind: Kind, row: Row, resource: Mapping[str, Any]) -> Given:
    """Return what a row gives by itself, so that one that cannot be used hides no other."""
    try:
        mapped = compile_rows([row], kind=kind).apply(resource)
    except (MappingError, EvaluationError) as error:
        return Given(row.target, "", error.reason)
    values = mapped.on_create if row.on_create_only else mapped.always
    return Given(row.target, _text(value_at(values, parse_target_path(row.target))))


def _text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return text_of(value)
