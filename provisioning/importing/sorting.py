"""The rows of an import: each resource of a page in its bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from provisioning.desired import groups_pushed
from provisioning.importing.kept import LONGEST, kept_of, name_of, user_name_of
from provisioning.importing.matching import MOST_MATCHES, Matching
from provisioning.models import ImportRow, Link
from provisioning.planning.buckets import Bucket, Doubt, Sorted, sort_linked, sort_unlinked
from provisioning.planning.buckets import wanted_twice as names_wanted_twice
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Kind
from provisioning.storage.scope import people_in_scope_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from provisioning.models import Application, Import

_PORTION = 500
_LINKED = (Bucket.LINKED, Bucket.UNASSIGNED)


class Sorting:
    """Sorts the resources of one kind that a target shows, a page at a time, into rows."""

    def __init__(self, batch: Import) -> None:
        self._batch = batch
        self._application: Application = batch.application
        self._kind = Kind(batch.kind)
        self._matching = Matching(batch.application, self._kind)

    @transaction.atomic
    def keep(self, resources: Sequence[Mapping[str, Any]]) -> None:
        """Write a row for each resource of a page."""
        links = self._links([id_of(each) for each in resources])
        wanted = self._wanted([link.object_id for link in links.values()])
        unlinked = [each for each in resources if id_of(each) not in links]
        matches = self._matching.matches_of(unlinked)
        elsewhere = self._linked({key for found in matches.values() for key in found})
        rows = []
        for resource in resources:
            remote_id = id_of(resource)
            link = links.get(remote_id)
            if link is not None:
                found = sort_linked(link.object_id, is_wanted=link.object_id in wanted)
                rows.append(self._row(resource, found, link.name))
                continue
            named = matches.get(remote_id, {})
            found = sort_unlinked(named, linked=elsewhere)
            rows.append(self._row(resource, found, named.get(found.object_id, "")))
        ImportRow.objects.bulk_create(rows, batch_size=_PORTION)

    def part_those_wanted_twice(self) -> None:
        """Let nobody be a candidate whom several resources match."""
        candidates = ImportRow.objects.filter(batch=self._batch, bucket=Bucket.CANDIDATE)
        twice = list(names_wanted_twice(candidates.values_list("object_id", flat=True).iterator()))
        for start in range(0, len(twice), _PORTION):
            candidates.filter(object_id__in=twice[start : start + _PORTION]).update(
                bucket=Bucket.ORPHAN, doubt=Doubt.SEVERAL_THERE, object_id="", object_name=""
            )

    def _links(self, remote_ids: Sequence[str]) -> dict[str, Link]:
        """Return the links of resources; one that an import made goes with its person."""
        found = {
            link.remote_id: link
            for link in Link.objects.filter(
                application=self._application, kind=self._kind, remote_id__in=remote_ids
            )
        }
        taken_in = [link for link in found.values() if link.is_taken_in]
        here = self._here([link.object_id for link in taken_in]) if taken_in else set()
        for link in taken_in:
            if link.object_id not in here:
                del found[link.remote_id]
                link.delete()
        return found

    def _here(self, object_ids: Collection[str]) -> set[str]:
        """Return which of these objects are there still."""
        keys = [key for text in object_ids if (key := read_uuid(text))]
        model: Any = User if self._kind is Kind.USER else DirectoryGroup
        return {str(key) for key in model.objects.filter(pk__in=keys).values_list("pk", flat=True)}

    def _wanted(self, object_ids: Collection[str]) -> set[str]:
        """Return which of these objects are wanted at the application."""
        keys = [key for text in object_ids if (key := read_uuid(text))]
        if not keys:
            return set()
        if self._kind is Kind.GROUP:
            return {str(key) for key in groups_pushed(self._application, keys)}
        found = people_in_scope_of(
            tenant_id=self._application.tenant_id, application_id=self._application.pk, ids=keys
        )
        return {str(key) for key in found}

    def _linked(self, object_ids: Collection[str]) -> set[str]:
        """Return which of these objects are linked to a resource there."""
        links = Link.objects.filter(
            application=self._application, kind=self._kind, object_id__in=object_ids
        )
        return set(links.exclude(remote_id="").values_list("object_id", flat=True))

    def _row(self, resource: Mapping[str, Any], found: Sorted, name: str) -> ImportRow:
        kept, is_whole = kept_of(resource)
        return ImportRow(
            batch=self._batch,
            application=self._application,
            kind=self._kind,
            remote_id=id_of(resource),
            name=name_of(self._kind, resource),
            user_name=user_name_of(resource),
            bucket=found.bucket,
            doubt=found.doubt,
            object_id=found.object_id,
            object_name=name[:LONGEST],
            matches=list(found.matches[:MOST_MATCHES]),
            resource=kept,
            is_whole=is_whole,
            state=(ImportRow.State.SETTLED if found.bucket in _LINKED else ImportRow.State.WAITING),
        )
