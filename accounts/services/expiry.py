"""Warning of credentials that expire: one mechanism for every kind, by page and by mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.letters import Action, Letter
from accounts.models import Tenant
from accounts.models.expiring import ExpiringCredential
from accounts.services.mails import send_letter_to
from accounts.services.notices import addresses_for_warnings
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit

if TYPE_CHECKING:
    from datetime import datetime

THRESHOLDS: Final = (60, 30, 14, 7, 1)
"""Days before the end at which a mail goes out, once each; from the first on, pages warn."""
_SOON: Final = THRESHOLDS[2]


@dataclass(frozen=True, slots=True)
class Ending:
    """A credential and how long it lasts.

    Attributes:
        days_left: Whole days; below 0 it has expired.
    """

    credential: ExpiringCredential
    ends_at: datetime
    days_left: int

    @property
    def kind(self) -> str:
        """Return the badge: good, warn (60 days or fewer) or bad (two weeks, or expired)."""
        return kind_of(self.days_left)

    @property
    def has_ended(self) -> bool:
        """Whether it is good no more."""
        return self.days_left < 0


def kind_of(days_left: int) -> str:
    """Return the badge of something that lasts so many days.

    >>> kind_of(61), kind_of(60), kind_of(14)
    ('good', 'warn', 'bad')
    """
    if days_left > THRESHOLDS[0]:
        return "good"
    return "warn" if days_left > _SOON else "bad"


def kinds_of_credentials() -> list[type[ExpiringCredential]]:
    """Return every model of a credential that can expire."""
    return [model for model in apps.get_models() if issubclass(model, ExpiringCredential)]


def endings(*, tenant: Tenant, now: datetime | None = None) -> list[Ending]:
    """Return what has an end of ``tenant``, whose scope is active, the soonest first."""
    now = now or timezone.now()
    found = [
        Ending(credential, credential.ends_at, (credential.ends_at - now).days)
        for model in kinds_of_credentials()
        for credential in model.of_which_to_warn(tenant)
        if credential.ends_at is not None
    ]
    return sorted(found, key=lambda ending: ending.ends_at)


def warnings(*, tenant: Tenant) -> list[Ending]:
    """Return those that a page warns of: they end within 60 days, or have ended."""
    return [ending for ending in endings(tenant=tenant) if ending.kind != "good"]


def warn_of_expiring_credentials() -> dict[str, Any]:
    """Mail every tenant what ends soon; return of how many credentials, and who failed."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _warn_tenant)
    return with_failures({"warnings_sent": sum(done.values())}, failed)


def warn_of_endings(*, tenant: Tenant, now: datetime | None = None) -> int:
    """Mail what ends soon; return how many credentials were warned of.

    Each mail is a job, which is tried again by itself; without anybody to mail, the next run tries.
    """
    return sum(_warn(tenant, ending) for ending in endings(tenant=tenant, now=now))


def due_threshold(days_left: int, warned: int | None) -> int | None:
    """Return the threshold that has been reached and not been mailed yet.

    >>> due_threshold(29, 60), due_threshold(29, 30), due_threshold(61, None)
    (30, None, None)
    """
    reached = [threshold for threshold in THRESHOLDS if days_left <= threshold]
    if not reached or (warned is not None and warned <= reached[-1]):
        return None
    return reached[-1]


def _warn_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return warn_of_endings(tenant=tenant)


def _warn(tenant: Tenant, ending: Ending) -> bool:
    credential, days = ending.credential, ending.days_left
    threshold = due_threshold(days, credential.warned_days)
    if threshold is None or ending.has_ended:
        return False
    addresses = addresses_for_warnings(tenant=tenant)
    if not addresses:
        return False
    letter = _letter(tenant, ending).as_json()
    with transaction.atomic():
        credential.warned_days = threshold
        credential.save(update_fields=["warned_days"])
        audit.record("credential.expiry_mail_sent", tenant, days=days, credential=credential.called)
        for address in addresses:
            send_letter_to.defer(letter=letter, address=address)
    return True


def _letter(tenant: Tenant, ending: Ending) -> Letter:
    credential, days = ending.credential, ending.days_left
    words = {
        "called": credential.called,
        "tenant": tenant.name,
        "days": days,
        "at": date_format(timezone.localtime(ending.ends_at), "SHORT_DATETIME_FORMAT"),
    }
    subject = ngettext(
        "%(tenant)s: a credential expires in %(days)d day",
        "%(tenant)s: a credential expires in %(days)d days",
        days,
    )
    happens = ngettext(
        "%(called)s (%(tenant)s) expires in %(days)d day, on %(at)s.",
        "%(called)s (%(tenant)s) expires in %(days)d days, on %(at)s.",
        days,
    )
    why = _(
        "You get this because you are a system admin of %(tenant)s, or because %(tenant)s has "
        "warnings sent to this address."
    )
    return Letter(
        subject=subject % words,
        says=(happens % words, str(credential.renewal)),
        action=Action(_("Open its page"), f"{settings.BASE_URL}{credential.page}"),
        why=why % words,
        tenant_id=tenant.pk,
        company=tenant.name,
    )
