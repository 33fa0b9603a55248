"""A company with so many of everything that the dashboard tells of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import ActionResult, DailyCount
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Seat, SeatCount, Subscription
from provisioning.models import Conflict, Import, ImportRow, Link, Operation, OperationState
from provisioning.services.applications import create_application
from saml_sso.models import SignInAttempt
from scim.models import BearerToken, SourceDay
from scim.services import SourceOptions, create_source
from tests.support.members import add_group_members

if TYPE_CHECKING:
    from accounts.models import Tenant, User
    from provisioning.models import Application
    from scim.models import Source


def trouble(tenant: Tenant, began: User, number: int, *, first: int = 0) -> None:
    """Give ``tenant`` so many more of every trouble, numbered from ``first``.

    ``began`` is whose actions on many rows have stopped.
    """
    with tenant_scope(tenant):
        for each in range(first, first + number):
            _source(each)
            _application(each)
            _product(each)
        _sign_ins()
        ActionResult.objects.bulk_create(
            ActionResult(
                tenant=tenant,
                maker=began.pk,
                site="console",
                about="accounts.user",
                title=f"Deactivate {each} people",
                state=ActionResult.State.STOPPED,
                stopped_because="Twenty in a row were refused.",
                back="/console/",
            )
            for each in range(first, first + number)
        )


def silence(source: Source, *, hours: int = 80) -> None:
    """Let a source have called every hour until so many hours ago."""
    last = timezone.now() - timedelta(hours=hours)
    source.last_request_at = source.last_success_at = last
    source.save(update_fields=["last_request_at", "last_success_at"])
    SourceDay.objects.bulk_create(
        SourceDay(source=source, day=last.date() - timedelta(days=day), hours=(1 << 24) - 1)
        for day in range(1, 5)
    )


def _source(number: int) -> None:
    silent = create_source(options=SourceOptions(name=f"Silent {number}"))
    silence(silent)
    failing = create_source(options=SourceOptions(name=f"Failing {number}"))
    failing.last_request_at = failing.last_error_at = timezone.now()
    failing.last_error = "POST /Users: 409 taken"
    failing.save(update_fields=["last_request_at", "last_error_at", "last_error"])
    BearerToken.objects.create(
        source=failing,
        name="first",
        prefix="x",
        digest=f"{number:064}",
        expires=timezone.now() + timedelta(days=9),
    )


def _application(number: int) -> None:
    made = create_application(name=f"Application {number}", catalogue_key="generic")
    made.first_plan_sent_at = made.quarantined_at = timezone.now() - timedelta(hours=3)
    made.quarantine_reason = "It refuses our token."
    made.save()
    # What was followed by another one is no trouble any more.
    for state, key in (("failed", "done"), ("failed", "failed"), ("quarantined", "quarantined")):
        Operation.objects.create(
            application=made, kind="User", object_id=key, name="Somebody", state=state
        )
    for state in (
        *(OperationState.WAITING, OperationState.HELD, OperationState.DONE),
        *(OperationState.FAILED, OperationState.QUARANTINED),
    ):
        Operation.objects.create(
            application=made,
            kind="User",
            object_id=state,
            name="Somebody",
            state=state,
            last_error="400 Bad Request",
            ended=timezone.now() if state in {"done", "failed"} else None,
        )
    now = timezone.now()
    _link(made, "quarantined", quarantined_at=now)
    _link(made, "kept", leaving_refused_at=now)
    _link(made, "again", is_active=False, drift={"active": [False, True]})
    for state in Conflict.State:
        Conflict.objects.create(
            application=made,
            kind="User",
            object_id=state,
            name="X",
            why=Conflict.Why.SEVERAL,
            state=state,
        )
    batch = Import.objects.create(
        application=made, kind="User", state=Import.State.READ, actor="alice"
    )
    ImportRow.objects.create(
        batch=batch, application=made, kind="User", remote_id="1", name="x", bucket="orphan"
    )


def _link(application: Application, key: str, **values: Any) -> None:
    Link.objects.create(
        application=application,
        kind="User",
        object_id=key,
        name=key,
        remote_id=key,
        state=Link.State.LINKED,
        **values,
    )


def _product(number: int) -> None:
    """Three products: for one somebody waits, one is full, and one ends soon."""
    today = timezone.localdate()
    made = [
        Subscription.objects.create(
            product=Product.objects.create(key=f"{name}{number}", name=f"{name} {number}"),
            seats=seats,
            ends=today + timedelta(days=9) if name == "ending" else None,
        )
        for name, seats in (("waited", 0), ("full", 1), ("ending", 5))
    ]
    Seat.objects.create(
        subscription=made[1], user_label="gone", granted_by="alice", grant_reason="", user=None
    )
    SeatCount.objects.bulk_create(
        SeatCount(subscription=each, day=today, bought=each.seats, used=0, waiting=0)
        for each in made
    )
    group = create_group(values=GroupFields(display_name=f"Licensed {number}"))
    set_group_licenses(group=group, subscriptions=[made[0]])
    waits = create_user(values=UserFields(user_name=f"waits{number}"))
    add_group_members(group=group, member_ids=[waits.pk])


def _sign_ins() -> None:
    for outcome in SignInAttempt.Outcome:
        SignInAttempt.objects.create(
            kind=SignInAttempt.Kind.SP_INITIATED, outcome=outcome, reference="R", reason="No."
        )
    today = timezone.localdate()
    DailyCount.objects.bulk_create(
        (
            DailyCount(day=today - timedelta(days=day), kind=kind, number=1 + day * 100)
            for day in range(40)
            for kind in DailyCount.Kind
        ),
        ignore_conflicts=True,
    )
