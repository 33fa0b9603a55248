"""Finding entries of the audit trail by who acted, by what they are about, and by what is in them.

What somebody typed is first looked up among people and things, by every name and address that
they have or had; entries are then found by their ids.  So each step is answered by an index or by
a table of names, and none reads the whole trail.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Func, Q, TextField, Value

from accounts.models import AuditEntry, User
from accounts.models.audit import FORMER_NAMES, IS_NAMING, MOVED
from accounts.models.searched_text import FOLDED
from accounts.storage.finding import meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

MOST_OBJECTS: Final = 200
"""People or things of a kind whose entries one search looks for."""


class _Searched(NamedTuple):
    model_label: str
    path: str
    actor: str


class Sought(NamedTuple):
    """Who and what somebody means who typed this.

    Attributes:
        typed: What was typed, which may be somebody's name in the trail or the id of a request.
        about: By kind of object, such as ``user``, the keys of those that are or were called so.
        actors: What they are called in the trail when they act.
        details: By the name of a detail that entries are found by, the values that it may have.
        is_cut: Whether more people or things are called so than are looked for.
    """

    typed: str
    about: dict[str, list[str]]
    actors: list[str]
    details: dict[str, list[str]]
    is_cut: bool

    @property
    def moved(self) -> list[str]:
        """The keys of those whose joining and leaving are told."""
        return sorted({*self.about.get("user", ()), *self.about.get("directorygroup", ())})


class Found(NamedTuple):
    """Which entries were asked for; ``is_cut`` says that more people or things are called so."""

    condition: Q
    is_cut: bool


SEARCHED: Final[list[_Searched]] = [
    _Searched("accounts.DirectoryGroup", "display_name", ""),
    _Searched("accounts.AccessProfile", "name", ""),
    _Searched("accounts.EmailDomain", "domain", ""),
    _Searched("accounts.Tenant", "name", ""),
]
_DETAILS: Final[dict[str, Callable[[str, int], Collection[str]]]] = {}


def register_searched(model_label: str, path: str, *, actor: str = "") -> None:
    """Let entries about a model be found by the name at ``path``.

    ``actor`` is how the trail calls such a thing when it acts, with ``%s`` for its name.
    """
    SEARCHED.append(_Searched(model_label, path, actor))


def register_searched_detail(name: str, find: Callable[[str, int], Collection[str]]) -> None:
    """Let entries be found by a detail that :class:`~accounts.models.AuditEntry` has an index of.

    ``find`` returns the keys of what is called so, so many at most.
    """
    _DETAILS[name] = find


def finding(typed: str) -> Found:
    """Return the condition for the entries that somebody means who typed this."""
    sought = seek(typed)
    condition = Q(actor__in=sought.actors) | Q(action=sought.typed) | Q(request_id=sought.typed)
    for kind, keys in sought.about.items():
        condition |= Q(target_type=kind, target_id__in=keys)
    for detail in MOVED if sought.moved else ():
        ids = {f"details__{detail}__has_any_keys": sought.moved}
        condition |= Q(details__has_key=detail, **ids)
    for name, values in sought.details.items():
        condition |= Q(details__has_key=name, **{f"details__{name}__in": values})
    return Found(condition, sought.is_cut)


def seek(typed: str) -> Sought:
    """Return who and what may be meant, by every name and address that they have or had."""
    typed = typed.strip()
    about: dict[str, list[str]] = defaultdict(list)
    actors = [typed]
    people = _people(typed)
    about["user"] += [str(user.pk) for user in people]
    actors += [user.user_name for user in people]
    is_cut = len(people) > MOST_OBJECTS
    for kind, key, names in _former(typed):
        about[kind].append(key)
        actors += names
    for searched in SEARCHED:
        rows = _named(searched, typed)
        is_cut = is_cut or len(rows) > MOST_OBJECTS
        kind = str(apps.get_model(searched.model_label)._meta.model_name)
        about[kind] += [str(pk) for pk, _name in rows]
        actors += [searched.actor % name for _pk, name in rows if searched.actor]
    details = {name: sorted(find(typed, MOST_OBJECTS)) for name, find in _DETAILS.items()}
    return Sought(
        typed=typed,
        about={kind: sorted(set(keys)) for kind, keys in about.items() if keys},
        actors=sorted(set(actors)),
        details={name: values for name, values in details.items() if values},
        is_cut=is_cut,
    )


def _people(typed: str) -> list[User]:
    """Return who has exactly this user name or address, or else whose names hold what is typed."""
    columns = User.objects.only("pk", "user_name")
    exact = list(columns.filter(meaning(typed))[: MOST_OBJECTS + 1])
    if exact:
        return exact
    for word in typed.split():
        columns = columns.filter(search_text__finds=word)
    return list(columns.order_by("user_name_ci")[: MOST_OBJECTS + 1])


def _former(typed: str) -> Iterable[tuple[str, str, list[str]]]:
    """Yield what was called so once: its kind, its id, and its names of then."""
    former: Any = Func("details", function=FORMER_NAMES, output_field=ArrayField(TextField()))
    words = Func(
        Func(Value(typed), function=FOLDED, output_field=CharField()),
        Value(" "),
        function="string_to_array",
        output_field=ArrayField(TextField()),
    )
    found = AuditEntry.objects.filter(IS_NAMING).alias(former=former).filter(former__contains=words)
    for kind, key, details in found.values_list("target_type", "target_id", "details")[
        :MOST_OBJECTS
    ]:
        names = details.get("names")
        yield kind, key, names if isinstance(names, list) else []


def _named(searched: _Searched, typed: str) -> list[tuple[Any, str]]:
    manager = apps.get_model(searched.model_label)._default_manager
    rows = manager.filter(**{f"{searched.path}__finds": typed}).order_by("pk")
    return list(rows.values_list("pk", searched.path)[: MOST_OBJECTS + 1])
