"""Which connections whoever asks for a page sees: an admin all, others what their profiles list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.managed import Holder
from accounts.models import HeldChange, Role, User
from provisioning.models import Application, ApplicationRole
from provisioning.services.visibility import APPLICATIONS_CHANGED, applications_seen_by
from scim.models import Source
from scim.services.visibility import SOURCES_CHANGED, sources_seen_by

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def as_named_to(request: HttpRequest, holders: Sequence[Holder]) -> list[Holder]:
    """Return ``holders`` as the person knows them: those that they do not see have no name.

    Several of these are one.
    """
    if not holders or sees_all(request):
        return list(holders)
    seen = set(seen_sources(request).values_list("pk", flat=True))
    named = [each for each in holders if each.source_id in seen]
    others = [each.fields for each in holders if each.source_id not in seen]
    if not others:
        return named
    return [*named, Holder(0, _("An identity provider"), frozenset[str]().union(*others))]


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
    # Their number grows with time, so they are looked up where the entries are.
    changes = HeldChange.objects.filter(source_id__in=seen_sources(request).values("pk"))
    told = changes.order_by().annotate(key=Cast("pk", TextField())).values("key")
    unseen |= Q(target_type=HeldChange._meta.model_name) & ~Q(target_id__in=told)
    names = sorted(seen_sources(request).values_list("name", flat=True))
    held = Q(action="user.held_fields_changed") & ~Q(details__sources__contained_by=names)
    return entries.exclude(unseen | held)
