"""Which people and groups of ours the resources of a target match."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from accounts.errors import NameNotPermittedError
from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from accounts.names import email_key, group_name_key, user_name_key
from provisioning.importing.kept import addresses_of
from provisioning.mapping.rows import How
from provisioning.models import ApplicationMapping
from provisioning.protocol.answers import id_of
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from provisioning.models import Application

MOST_MATCHES = 20
"""So many matches of one resource are kept."""


@dataclass(slots=True)
class _Keys:
    """By what resources are looked for here, with the ids of those that have it."""

    ids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    external: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    addresses: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Matching:
    """Finds what of ours resources match; in a fixed number of statements for a page of them.

    An external id is compared with what the mapping sends there: our own id, or that which the
    identity provider chose.  Where it sends something else it names nobody here.
    """

    def __init__(self, application: Application, kind: Kind) -> None:
        self._kind = kind
        row = ApplicationMapping.objects.filter(
            application=application, resource=kind, target__iexact="externalId", how=How.DIRECT
        ).first()
        self._external_is = row.source.strip() if row else ""

    def matches_of(self, resources: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
        """Return, by the id of each resource, the ids of those that it matches, with their names.

        At most one more than :data:`MOST_MATCHES` of each.
        """
        keys = _Keys()
        for resource in resources:
            self._note(keys, resource)
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        rows = self._people(keys) if self._kind is Kind.USER else self._groups(keys)
        for remote_ids, object_id, name in rows:
            for remote_id in remote_ids:
                if len(found[remote_id]) <= MOST_MATCHES:
                    found[remote_id][object_id] = name
        return found

    def _note(self, keys: _Keys, resource: Mapping[str, Any]) -> None:
        remote_id = id_of(resource)
        external = text_of(member(resource, "externalId"))
        if external and self._external_is == "id" and (own := read_uuid(external)):
            keys.ids[str(own)].add(remote_id)
        elif external and self._external_is == "externalId":
            keys.external[external].add(remote_id)
        if self._kind is Kind.GROUP:
            _add(keys.names, group_name_key, text_of(member(resource, "displayName")), remote_id)
            return
        user_name = text_of(member(resource, "userName"))
        _add(keys.names, user_name_key, user_name, remote_id)
        for address in {*addresses_of(resource), user_name}:
            _add(keys.addresses, email_key, address, remote_id)

    @staticmethod
    def _people(keys: _Keys) -> Iterable[tuple[set[str], str, str]]:
        people = User.objects.filter(
            Q(pk__in=list(keys.ids))
            | Q(external_id__in=list(keys.external))
            | Q(user_name_ci__in=list(keys.names))
            | Q(email_ci__in=list(keys.addresses))
        )
        for user in people.order_by("pk"):
            theirs = (
                keys.ids.get(str(user.pk), set())
                | keys.external.get(user.external_id, set())
                | keys.names.get(user.user_name_ci, set())
                | keys.addresses.get(user.email_ci, set())
            )
            yield theirs, str(user.pk), user.get_full_name() or user.user_name

    @staticmethod
    def _groups(keys: _Keys) -> Iterable[tuple[set[str], str, str]]:
        groups = DirectoryGroup.objects.filter(
            Q(pk__in=list(keys.ids))
            | Q(external_id__in=list(keys.external))
            | Q(display_name_ci__in=list(keys.names))
        )
        for group in groups.order_by("pk"):
            theirs = (
                keys.ids.get(str(group.pk), set())
                | keys.external.get(group.external_id, set())
                | keys.names.get(group.display_name_ci, set())
            )
            yield theirs, str(group.pk), group.display_name


def _add(
    keys: defaultdict[str, set[str]], maker: Callable[[str], str], value: str, remote_id: str
) -> None:
    """Note by what a value is compared; one that nobody can be called is nobody's."""
    with suppress(NameNotPermittedError):
        key = maker(value) if value else ""
        if key:
            keys[key].add(remote_id)
