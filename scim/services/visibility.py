"""Which sources a person sees: an admin all, others what an access profile of theirs lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from accounts.models import AccessProfile, Role
from accounts.trail import audit
from accounts.trail.changes import changes
from scim.models import ProfileSource, Source
from scim.services.holding import hold_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User

SOURCES_CHANGED: Final = "profile.sources_changed"
"""The action of the entries that tell which sources a profile lists."""


def sources_seen_by(user: User) -> QuerySet[Source]:
    """Return the sources of the active tenant that ``user`` sees, once a page shows any.

    Everybody is in the default profile, without a membership.
    """
    if user.role == Role.ADMIN:
        return Source.objects.all()
    theirs = AccessProfile.objects.filter(Q(is_default=True) | Q(memberships__user=user))
    listed = ProfileSource.objects.filter(profile__in=theirs.order_by().values("pk"))
    return Source.objects.filter(pk__in=listed.values("source"))


def sources_of_profile(profile: AccessProfile) -> QuerySet[Source]:
    """Return the sources that ``profile`` lists, by name."""
    return Source.objects.filter(profiles__profile=profile)


@transaction.atomic
def set_profile_sources(*, profile: AccessProfile, sources: Iterable[Source]) -> bool:
    """Let ``profile`` list exactly these sources; return whether it listed others before.

    Raises:
        SourceGoneError: Somebody has deleted one of them.
    """
    AccessProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    before = {source.pk: source.name for source in sources_of_profile(profile)}
    after = {source.pk: source.name for source in sources}
    if before.keys() == after.keys():
        return False
    hold_sources(after.keys() - before.keys())
    ProfileSource.objects.filter(profile=profile, source__in=before.keys() - after.keys()).delete()
    ProfileSource.objects.bulk_create(
        ProfileSource(profile=profile, source_id=key)
        for key in sorted(after.keys() - before.keys())
    )
    audit.record(
        SOURCES_CHANGED,
        profile,
        **changes(
            {"seen_sources": sorted(before.values())}, {"seen_sources": sorted(after.values())}
        ),
    )
    return True


def list_in_default_profile(source: Source) -> None:
    """Let everybody who may see sources see this new one, until an admin takes it out."""
    ProfileSource.objects.create(profile=AccessProfile.objects.get(is_default=True), source=source)
