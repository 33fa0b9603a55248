"""Which connections whoever asks for a page sees: an admin all, others what their profiles list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import Role, User
from provisioning.models import Application, ApplicationRole
from provisioning.services.visibility import APPLICATIONS_CHANGED, applications_seen_by
from scim.models import Source
from scim.services.visibility import SOURCES_CHANGED, sources_seen_by

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.models import AuditEntry


def sees_all(request: HttpRequest) -> bool:
    """Whether the person sees every connection, whatever access profiles list."""
    return isinstance(request.user, User) and request.user.role == Role.ADMIN


def seen_sources(request: HttpRequest) -> QuerySet[Source]:
    """Return what an access profile of the person lists; of an admin, every source."""
    if not isinstance(request.user, User):
        return Source.objects.none()
    return sources_seen_by(request.user)


def every_source() -> QuerySet[Source]:
    """Return every source, for who may change everything."""
    return Source.objects.order_by("name")


def seen_applications(request: HttpRequest) -> QuerySet[Application]:
    """Return what an access profile of the person lists; of an admin, every application."""
    if not isinstance(request.user, User):
        return Application.objects.none()
    return applications_seen_by(request.user)


def told_to(request: HttpRequest, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Return ``entries`` without those that tell of connections which the person does not see.

    Who acted is said of every entry, also when it was such a source.
    """
    if sees_all(request):
        return entries
    unseen = Q(action__in=[SOURCES_CHANGED, APPLICATIONS_CHANGED])
    for seen in (seen_sources(request), seen_applications(request)):
        keys = [str(key) for key in seen.values_list("pk", flat=True)]
        unseen |= Q(target_type=seen.model._meta.model_name) & ~Q(target_id__in=keys)
    roles = ApplicationRole.objects.filter(application__in=seen_applications(request))
    keys = [str(key) for key in roles.values_list("pk", flat=True)]
    unseen |= Q(target_type=ApplicationRole._meta.model_name) & ~Q(target_id__in=keys)
    return entries.exclude(unseen)
