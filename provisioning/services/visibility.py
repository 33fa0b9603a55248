"""Which applications a person sees: an admin all, others what an access profile of theirs lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from accounts.models import AccessProfile, Role
from accounts.trail import audit
from accounts.trail.changes import changes
from provisioning.models import Application, ProfileApplication

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User

APPLICATIONS_CHANGED: Final = "profile.applications_changed"
"""The action of the entries that tell which applications a profile lists."""


def applications_seen_by(user: User) -> QuerySet[Application]:
    """Return the applications of the active tenant that ``user`` sees, once a page shows any.

    Everybody is in the default profile, without a membership.
    """
    if user.role == Role.ADMIN:
        return Application.objects.all()
    theirs = AccessProfile.objects.filter(Q(is_default=True) | Q(memberships__user=user))
    listed = ProfileApplication.objects.filter(profile__in=theirs.order_by().values("pk"))
    return Application.objects.filter(pk__in=listed.values("application"))


def applications_of_profile(profile: AccessProfile) -> QuerySet[Application]:
    """Return the applications that ``profile`` lists, by name."""
    return Application.objects.filter(profiles__profile=profile)


@transaction.atomic
def set_profile_applications(
    *, profile: AccessProfile, applications: Iterable[Application]
) -> bool:
    """Let ``profile`` list exactly these; return whether it listed others before."""
    AccessProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    before = {each.pk: each.name for each in applications_of_profile(profile)}
    after = {each.pk: each.name for each in applications}
    if before.keys() == after.keys():
        return False
    listed = ProfileApplication.objects.filter(profile=profile)
    listed.filter(application__in=before.keys() - after.keys()).delete()
    ProfileApplication.objects.bulk_create(
        ProfileApplication(profile=profile, application_id=key)
        for key in sorted(after.keys() - before.keys())
    )
    names = [{"seen_applications": sorted(each.values())} for each in (before, after)]
    audit.record(APPLICATIONS_CHANGED, profile, **changes(*names))
    return True


def list_in_default_profile(application: Application) -> None:
    """Let everybody who may see applications see this new one, until an admin takes it out."""
    default = AccessProfile.objects.get(is_default=True)
    ProfileApplication.objects.create(profile=default, application=application)
