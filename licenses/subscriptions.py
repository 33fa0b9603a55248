"""What operators decide: which tenant has how many seats of what, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit
from accounts.trail.changes import changes
from licenses.errors import SeatsInUseError
from licenses.models import GroupLicense, Product, Seat, Subscription
from licenses.waiting import fill_free_seats

if TYPE_CHECKING:
    import datetime


@transaction.atomic
def create_subscription(
    *,
    tenant: Tenant,
    product: Product,
    seats: int,
    starts: datetime.date,
    ends: datetime.date | None,
) -> Subscription:
    """Let ``tenant`` give out ``seats`` licences of ``product`` between two days, included."""
    with tenant_id_scope(tenant.pk):
        subscription = Subscription.objects.create(
            tenant=tenant, product=product, seats=seats, starts=starts, ends=ends
        )
        audit.record("subscription.created", subscription, seats=seats)
    return subscription


@transaction.atomic
def change_subscription(
    *,
    subscription: Subscription,
    seats: int,
    starts: datetime.date,
    ends: datetime.date | None,
) -> None:
    """Change the number of seats and the days; the row is locked, as it is by assignments.

    People who wait for a seat get what is free afterwards.

    Raises:
        SeatsInUseError: Fewer seats than are in use now.
    """
    with tenant_id_scope(subscription.tenant_id):
        stored = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
        used = Seat.objects.filter(subscription=stored, released=None).count()
        if seats < used:
            raise SeatsInUseError(
                _(
                    "%(used)s seats are in use. Ask the company to release %(over)s of them "
                    "first, or keep at least %(used)s."
                )
                % {"used": used, "over": used - seats}
            )
        before = {name: getattr(stored, name) for name in ("seats", "starts", "ends")}
        stored.seats, stored.starts, stored.ends = seats, starts, ends
        stored.save(update_fields=["seats", "starts", "ends"])
        audit.record(
            "subscription.updated",
            stored,
            **changes(before, {"seats": seats, "starts": starts, "ends": ends}),
        )
        fill_free_seats(subscription_ids=[stored.pk])


def start_subscriptions() -> dict[str, Any]:
    """Give the seats of subscriptions whose first day has come; return how many, and who failed."""
    done, failed = do_for_each(
        Tenant.objects.order_by("pk"), lambda tenant: serve_waiting_people(tenant=tenant)
    )
    return with_failures({"seats_given": sum(done.values())}, failed)


def serve_waiting_people(*, tenant: Tenant) -> int:
    """Give free seats to the people who wait for one; return how many got one.

    Seats are given as soon as one is freed.  This is for subscriptions whose first day
    has come.
    """
    with tenant_id_scope(tenant.pk), transaction.atomic():
        mapped = GroupLicense.objects.values_list("subscription_id", flat=True)
        held = Seat.objects.filter(subscription_id__in=mapped, released=None)
        before = held.count()
        fill_free_seats(subscription_ids=set(mapped))
        return held.count() - before
