"""Files about people between their upload and their import, each its owner's."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import transaction
from django.utils import timezone

from accounts.models.people_files import PEOPLE_FILE, FileLayout, PeopleFile
from accounts.secrets.encryption import seal_json, unseal_json
from accounts.tenancy.unscoped import every_tenant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.csv_files import Decoded
    from accounts.models import User

KEPT: Final = timedelta(days=1)
KEPT_OF_EACH: Final = 3
"""Files of one person and kind that are kept; the oldest gives way."""
MOST_LAYOUTS: Final = 50
"""Layouts that a tenant's imports are remembered by; the one that was not used longest goes."""


@transaction.atomic
def keep_file(
    *, owner: User, kind: PeopleFile.Kind, name: str, decoded: Decoded, rows: int
) -> PeopleFile:
    """Keep the text of a file for ``owner`` until it is imported, for a day at most."""
    kept = PeopleFile.objects.create(
        owner=owner,
        kind=kind,
        name=name[:100],
        encoding=decoded.encoding,
        content=seal_json(decoded.text, PEOPLE_FILE),
        rows=rows,
    )
    mine = PeopleFile.objects.filter(owner=owner, kind=kind)
    newest = mine.order_by("-created").values_list("pk", flat=True)[:KEPT_OF_EACH]
    mine.exclude(pk__in=list(newest)).delete()
    return kept


def find_file(*, key: UUID, owner: User, kind: PeopleFile.Kind) -> PeopleFile | None:
    """Return the file of ``owner`` with this key, as long as it is kept."""
    kept = PeopleFile.objects.filter(created__gt=timezone.now() - KEPT)
    return kept.filter(pk=key, owner=owner, kind=kind).first()


def text_of(file: PeopleFile) -> str:
    """Return the text of a file."""
    return str(unseal_json(file.content, PEOPLE_FILE))


@transaction.atomic
def set_layout(*, file: PeopleFile, titles: Sequence[str], layout: dict[str, Any]) -> None:
    """Say how the columns of a file are meant, and remember it for others with these titles."""
    PeopleFile.objects.filter(pk=file.pk).update(layout=layout)
    FileLayout.objects.update_or_create(
        titles=_digest(file.kind, titles), defaults={"layout": layout, "used": timezone.now()}
    )
    newest = FileLayout.objects.order_by("-used").values_list("pk", flat=True)[:MOST_LAYOUTS]
    FileLayout.objects.exclude(pk__in=list(newest)).delete()


def remembered_layout(*, file: PeopleFile, titles: Sequence[str]) -> dict[str, Any] | None:
    """Return how the last file of its kind with these titles was meant, if there was one."""
    found = FileLayout.objects.filter(titles=_digest(file.kind, titles)).first()
    return None if found is None else found.layout


def forget_file(*, file: PeopleFile) -> None:
    """Delete a file; that it is gone already is no harm."""
    PeopleFile.objects.filter(pk=file.pk).delete()


def delete_old_files() -> int:
    """Delete the files that are kept no longer, of every tenant; return how many."""
    with every_tenant():
        return PeopleFile.objects.filter(created__lte=timezone.now() - KEPT).delete()[0]


def _digest(kind: str, titles: Sequence[str]) -> str:
    named = [title.casefold() for title in titles]
    # No title holds a NUL, and those of people are as they were before there were others.
    marked = named if kind == PeopleFile.Kind.PEOPLE else [f"\0{kind}", *named]
    return sha256(orjson.dumps(marked)).hexdigest()
