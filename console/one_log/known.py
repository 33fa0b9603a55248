"""What entries name: looked up for all of a page together, for who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from accounts.identifiers import read_number, read_uuid
from accounts.models import AccessProfile, DirectoryGroup, User
from console.base.access import Access, access_of
from console.base.seen import seen_applications, seen_sources
from console.one_log.entries import About, Place
from provisioning.models import Application
from scim.models import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

_NAMED: Final[dict[type[Model], tuple[Callable[[HttpRequest], QuerySet[Any]], Any]]] = {
    User: (lambda _request: User.objects.all(), read_uuid),
    DirectoryGroup: (lambda _request: DirectoryGroup.objects.all(), read_uuid),
    AccessProfile: (lambda _request: AccessProfile.objects.all(), read_number),
    Source: (seen_sources, read_number),
    Application: (seen_applications, read_number),
}
"""What entries lead to: the rows that whoever asks may see, and how their keys are read."""


def known_to(request: HttpRequest, named: Iterable[About]) -> dict[About, Place]:
    """Return what there is of ``named`` with its name and page, for one statement a model."""
    wanted = set(named)
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    found: dict[About, Place] = {}
    for model, (rows, read) in _NAMED.items():
        label = model._meta.label_lower
        keys = {each.key for each in wanted if each.label == label and read(each.key)}
        if not keys or Access.VIEW not in access_of(request.user, label):
            continue
        page = f"console:{model._meta.app_label}_{model._meta.model_name}_change"
        for row in rows(request).filter(pk__in=keys):
            found[About(label, str(row.pk))] = Place(_called(row), reverse(page, args=[row.pk]))
    return found


def _called(row: Any) -> str:
    return row.get_full_name() if isinstance(row, User) else str(row)
