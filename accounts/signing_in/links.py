"""One-time links: an invitation, or a break-glass sign-in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.addresses import link_url
from accounts.errors import InvalidLinkError, SignInRefusedError
from accounts.models import OneTimeLink, User
from accounts.secrets.secrets_digest import digest_of
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

INVITATION_LIFETIME: Final = timedelta(days=7)
BREAK_GLASS_LIFETIME: Final = timedelta(minutes=15)
_LIFETIMES: Final = {
    OneTimeLink.Purpose.INVITATION: INVITATION_LIFETIME,
    OneTimeLink.Purpose.BREAK_GLASS: BREAK_GLASS_LIFETIME,
}

if TYPE_CHECKING:
    from django.db.models import QuerySet


@transaction.atomic
def make_link(*, user: User, purpose: OneTimeLink.Purpose) -> str:
    """Return the absolute URL of a new link for ``user`` of the active tenant.

    Earlier unused links of the same purpose die, and this one does when the person leaves or gets
    another address or password.  The secret is in the URL only.

    Raises:
        SignInRefusedError: The person is inactive, or is no admin and would break the glass.
    """
    _hold(user)
    if not user.active:
        raise SignInRefusedError(
            _("%(user)s is not active. Reactivate the person first.") % {"user": user.user_name}
        )
    if purpose == OneTimeLink.Purpose.BREAK_GLASS and not user.is_admin:
        raise SignInRefusedError(
            _(
                "%(user)s is not a system admin, and only system admins can sign in past the "
                "identity provider. Name an active user whose role is “admin”."
            )
            % {"user": user.user_name}
        )
    now = timezone.now()
    OneTimeLink.objects.filter(user=user, purpose=purpose, used=None).delete()
    secret = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        user=user,
        purpose=purpose,
        digest=digest_of(secret),
        created=now,
        expires=now + _LIFETIMES[purpose],
    )
    audit.record(f"{purpose}.link_made", user)
    return link_url(secret)


def secret_of(url: str) -> str:
    """Return the secret in the URL of a link."""
    return url.rstrip("/").rpartition("/")[2]


def find_link(*, secret: str) -> OneTimeLink:
    """Return the link with its user and tenant, without using it up.

    Raises:
        InvalidLinkError: It is unknown, used or expired, or its user may not follow it any more.
    """
    with every_tenant():
        link = _alive(secret).select_related("user__tenant").first()
    if link is None or not _may_follow(link):
        raise InvalidLinkError(
            _("This link is not valid: it was used before, has expired, or was copied in part.")
        )
    return link


def use_link(*, secret: str) -> OneTimeLink:
    """Use the link up and return it; of two people who try at once, one succeeds.

    Raises:
        InvalidLinkError: See :func:`find_link`; also when somebody else was faster.
    """
    link = find_link(secret=secret)
    with every_tenant():
        used = _alive(secret).update(used=timezone.now())
    if not used:
        raise InvalidLinkError(_("This link has just been used."))
    return link


def owner_of_link(*, secret: str) -> User | None:
    """Return whose link this is or was, dead or alive; nobody's when there never was one."""
    with every_tenant():
        link = OneTimeLink.objects.filter(digest=digest_of(secret)).select_related("user").first()
    return link.user if link else None


def _hold(user: User) -> None:
    """Read ``user`` again and keep the person as they are until the transaction ends.

    A trigger ends open links when the person leaves or gets another address or password; it finds
    none that is being made in the same moment.
    """
    user.refresh_from_db(
        fields=["active", "role", "user_name", "email"],
        from_queryset=User.objects.select_for_update(no_key=True),
    )


def _alive(secret: str) -> QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(
        digest=digest_of(secret), used=None, expires__gt=timezone.now()
    )


def _may_follow(link: OneTimeLink) -> bool:
    if link.purpose == OneTimeLink.Purpose.BREAK_GLASS:
        return link.user.is_admin
    return link.user.active
