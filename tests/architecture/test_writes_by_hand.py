"""A row that is written by hand is, column by column, the one that the model's own save writes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from django.db import (
    DatabaseError,
    OperationalError,
    close_old_connections,
    connection,
    models,
    transaction,
)
from django.test import Client
from django.utils import timezone

from accounts.groups.group_sets import NewGroup, create_groups
from accounts.groups.groups import GroupFields, create_group
from accounts.models import (
    AuditEntry,
    DailyCount,
    DirectoryGroup,
    DirectoryGroupMember,
    HeldChange,
    HeldPerson,
    Role,
    Session,
    SourceLoss,
    Tenant,
    TrailStart,
    User,
)
from accounts.requests import request_id
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, create_user
from accounts.signing_in.sign_in import begin_session
from accounts.storage.daily_counts import Counted, Portion, add_counts
from accounts.storage.held_changes import hold_people_in, join_earlier_losses
from accounts.storage.member_rows import change_plain_group, let_people_in
from accounts.storage.prepared import insert_row
from accounts.storage.retention import prune_portion
from accounts.storage.user_rows import change_user, insert_user
from accounts.tenancy.scoping import ForeignTenantError, tenant_scope
from accounts.trail import audit
from accounts.trail.audit import acting_as
from licenses.models import SeatCount, Subscription
from licenses.storage.seat_counts import note_counts
from provisioning.client.exchanges import Exchange as TargetExchange
from provisioning.models import Application, Operation, TargetBudget
from provisioning.models import Exchange as TargetRequest
from provisioning.storage.exchanges import insert_exchange
from provisioning.storage.pace import add_pace
from provisioning.storage.wanted import Origin, Wanted, insert_planned
from saml_sso.models import ConsumedAssertion, SignInAttempt
from scim.http.authentication import find_credential
from scim.http.exchanges import Exchange
from scim.log.request_log_rows import write_exchanges
from scim.models import RequestLogEntry, Source, SourceDay
from scim.storage.calls_by_day import note_hours
from tests.architecture.specimens import Specimens, our_models
from tests.support.packages import PACKAGES
from tests.support.saml_party import Party, connect, party_of, post_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Field, Model

    from accounts.storage.trail_rows import Entry
    from tests.support.scim import SCIMClient

ROOT: Final = Path(__file__).resolve().parents[2]
WRITTEN_BY_HAND: Final = Counter(
    {
        "accounts_auditentry": 1,
        "accounts_dailycount": 1,
        "accounts_directorygroup": 1,
        "accounts_directorygroupmember": 3,
        "accounts_heldperson": 2,
        "accounts_session": 1,
        "accounts_trailstart": 1,
        "accounts_user": 2,
        "provisioning_exchange": 1,
        "provisioning_operation": 1,
        "provisioning_targetbudget": 1,
        "licenses_seatcount": 1,
        "saml_sso_consumedassertion": 2,
        "saml_sso_signinattempt": 3,
        "scim_requestlogentry": 1,
        "scim_sourceday": 1,
        "{meta.db_table}": 1,  # ``insert_row``, for any model
    }
)
"""How many statements there are that insert into a table: each has a way to write below."""

PEOPLE: Final = UserFields(
    user_name="Ada.L@acme.example",
    external_id="e-1",
    email="Ada@acme.example",
    given_name="Ada",
    family_name="Lovelace",
    display_name="Ada L.",
    active=False,
    attributes={"title": "Countess", "emails": [{"value": "Ada@acme.example"}]},
)
REQUEST: Final = "0123456789abcdef"
BY_CHANCE: Final = frozenset(
    {"password", "session_key", "session_data", "sealed", "reference", "expires", "expire_date"}
)
"""Columns whose values differ each time; they are compared by their kind."""


@dataclass(frozen=True)
class Written:
    """A row that was written, and the values it was to hold; all others are the model's own."""

    model: type[Model]
    values: dict[str, Any]
    which: dict[str, Any] = field(default_factory=dict)
    apart: str = ""
    """A column in which the two rows differ, as what it refers to went with the first one."""


@dataclass(frozen=True)
class World:
    """What there is before anything is written."""

    acme: Tenant
    bob: User
    scim: SCIMClient
    idp: Party
    group: DirectoryGroup
    source: Source
    application: Application
    operation: Operation
    crm: Subscription
    held: HeldChange


@pytest.fixture
def world(acme: Tenant, bob: User, scim: SCIMClient, crm: Subscription, tmp_path: Path) -> World:
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="Team"))
        source = Source.objects.get()
        application = Application.objects.create(name="Planner")
        operation = Operation.objects.create(application=application, kind="User", object_id="x")
        held = HeldChange.objects.create(source_id=source.pk, source_name=source.name)
    idp = connect(acme, tmp_path, party_of("acme"))
    return World(acme, bob, scim, idp, group, source, application, operation, crm, held)


def firefox() -> Client:
    return Client(REMOTE_ADDR="203.0.113.9", headers={"user-agent": "Firefox"})


def person(world: World) -> Written:
    values = {name: getattr(PEOPLE, name) for name in UserFields.__dataclass_fields__}
    return Written(
        User,
        {**values, "tenant_id": world.acme.pk, "source_ids": [world.source.pk], "password": "!"},
        {"user_name": PEOPLE.user_name},
    )


def entry(world: World, action: str, target: Model | None = None, **values: Any) -> Written:
    """Return the entry that SCIM: Okta writes of ``action`` during the request."""
    which = {"action": action, "request_id": REQUEST}
    about: dict[str, Any] = {}
    if target is not None:
        about = {
            "target_type": target._meta.model_name,
            "target_id": str(target.pk),
            "target": audit.called(target),
        }
    values = {"tenant_id": world.acme.pk, "actor": "SCIM: Okta", **which, **about, **values}
    return Written(AuditEntry, values, which)


def one_person(world: World) -> list[Written]:
    user = create_user(values=PEOPLE, role=Role.EDITOR)
    made = person(world)
    made.values["role"] = Role.EDITOR
    details = {"active": False, "role": "editor"}
    return [made, entry(world, "user.created", user, details=details)]


def people_as_a_set(world: World) -> list[Written]:
    create_users(many=[PEOPLE])
    user = User.objects.get(user_name=PEOPLE.user_name)
    details = {"active": False, "role": "member"}
    return [person(world), entry(world, "user.created", user, details=details)]


def change_of_a_person(world: World) -> list[Written]:
    event = audit.Event("user.updated", world.bob, {"a": [1, None]})
    source_id = audit.acting_source()
    change_user(world.bob, ["active"], audit.values_of(event), source_id=source_id)
    return [entry(world, "user.updated", world.bob, details={"a": [1, None]})]


def groups_as_a_set(world: World) -> list[Written]:
    values = GroupFields(display_name="Ops", external_id="g-1", attributes={"urn:x": {"y": 1}})
    create_groups(many=[NewGroup(values, [world.bob.pk])])
    group = DirectoryGroup.objects.get(display_name="Ops")
    group_values = {name: getattr(values, name) for name in GroupFields.__dataclass_fields__}
    return [
        Written(DirectoryGroup, group_values, {"pk": group.pk}),
        Written(
            DirectoryGroupMember,
            {"group_id": world.group.pk, "user_id": world.bob.pk},
            {"group_id": group.pk},
            apart="group",
        ),
        entry(world, "group.created", group),
        entry(world, "group.members_changed", group, details={"added": [str(world.bob.pk)]}),
    ]


def members_of_a_group(world: World) -> list[Written]:
    let_people_in(group_id=world.group.pk, ids=[world.bob.pk])
    keys = {"group_id": world.group.pk, "user_id": world.bob.pk}
    return [Written(DirectoryGroupMember, keys, keys)]


def members_of_a_plain_group(world: World) -> list[Written]:
    told = audit.values_of(audit.Event("group.members_changed", world.group))
    assert change_plain_group(group=world.group, entry=told, add=[world.bob.pk])
    keys = {"group_id": world.group.pk, "user_id": world.bob.pk}
    details = {"added": [str(world.bob.pk)]}
    return [
        Written(DirectoryGroupMember, keys, keys),
        entry(world, "group.members_changed", world.group, details=details),
    ]


def entries_without_an_object(world: World) -> list[Written]:
    audit.record("console.test", note="é")
    return [entry(world, "console.test", details={"note": "é"})]


def session_by_password(world: World) -> list[Written]:
    browser = firefox()
    request = browser.get("/sign-in/").wsgi_request
    begin_session(request=request, user=world.bob, method="password")
    return [
        Written(
            Session,
            {
                "user_id": world.bob.pk,
                "method": "password",
                "user_agent": "Firefox",
                "ip_address": "203.0.113.9",
                "session_key": "k",
                "session_data": "d",
                "expire_date": datetime.now(UTC) + timedelta(days=1),
            },
            {"user_id": world.bob.pk},
        ),
        entry(
            world,
            "user.signed_in",
            world.bob,
            actor=world.bob.user_name,
            details={"method": "password"},
        ),
    ]


def session_by_saml(world: World) -> list[Written]:
    message = world.idp.forge.but()
    assert post_response(firefox(), message).status_code == 303
    used = ConsumedAssertion.objects.get()
    session = Session.objects.get(user=world.bob)
    attempt = SignInAttempt.objects.get()
    return [
        Written(
            Session,
            {
                "user_id": world.bob.pk,
                "method": "saml",
                "user_agent": "Firefox",
                "ip_address": "203.0.113.9",
                "session_key": "k",
                "session_data": "d",
                "expire_date": session.expire_date,
                "saml": session.saml,
            },
            {"pk": session.pk},
        ),
        Written(ConsumedAssertion, {"digest": used.digest, "expires": used.expires}),
        attempt_that(attempt, user_id=world.bob.pk, outcome="accepted", place=None, client=""),
    ]


def attempts_of_a_stranger(world: World) -> list[Written]:
    browser = firefox()
    stranger = party_of("globex").forge.but(entity_id=world.idp.forge.entity_id)
    for _time in range(3):
        post_response(browser, stranger)
    first, newest = SignInAttempt.objects.order_by("place")
    shared = {"outcome": "refused", "client": "203.0.113.9", "user_id": None}
    return [
        attempt_that(first, **shared, place=1, repeats=0),
        attempt_that(newest, **shared, place=2, repeats=1),
    ]


def attempt_that(found: SignInAttempt, **values: Any) -> Written:
    told = ("kind", "check_name", "reason", "remedy", "identifier", "revision")
    return Written(
        SignInAttempt,
        {
            **{name: getattr(found, name) for name in told},
            "ip_address": "203.0.113.9",
            "user_agent": "Firefox",
            "reference": "AAAA-BBBB",
            "sealed": b"sealed",
            **values,
        },
        {"pk": found.pk},
    )


def requests_in_the_log(world: World) -> list[Written]:
    values: dict[str, Any] = {
        "method": "POST",
        "route": "/Users",
        "resource_id": "é",
        "status": 409,
        "scim_type": "uniqueness",
        "detail": "taken",
        "duration_ms": 1.25,
    }
    exchange = Exchange(
        credential=find_credential(str(world.scim.secret)),
        at=datetime.now(UTC),
        user_agent="Okta SCIM Client 1.0.0",
        request_body=b'{"userName": "a"}',
        response_body=None,
        **values,
    )
    write_exchanges([exchange])
    return [
        Written(
            RequestLogEntry,
            {
                **values,
                "source_id": world.source.pk,
                "source_name": world.source.name,
                "token_name": "test",
                "client": "Okta",
                "user_agent": exchange.user_agent,
                "request_body": {"userName": "a"},
            },
        )
    ]


def beginning_of_the_trail(world: World) -> list[Written]:
    audit.record("console.test")
    AuditEntry.objects.update(transaction=1)  # Long over, for it is this one's own otherwise.
    last = AuditEntry.objects.order_by("pk").last()
    assert last is not None
    assert prune_portion(tenant_id=world.acme.pk, before=datetime.now(UTC) + timedelta(days=1))
    start = TrailStart.objects.get(tenant=world.acme)
    values = {"generation": start.generation, "transaction": 1, "entry_id": last.pk}
    return [Written(TrailStart, {"tenant_id": world.acme.pk, **values}, {"pk": start.pk})]


def count_of_a_day(world: World) -> list[Written]:
    day = timezone.localdate()
    add_counts([Counted(world.acme.pk, day, "created", 2)])
    add_counts([Counted(world.acme.pk, day, "created", 3)])
    values = {"tenant_id": world.acme.pk, "day": day, "kind": "created"}
    return [Written(DailyCount, {**values, "number": 5})]


def hours_of_a_source(world: World) -> list[Written]:
    at = datetime(2026, 11, 29, 15, 30, tzinfo=UTC)
    made = [
        RequestLogEntry.objects.create(
            source=world.source, at=at - timedelta(hours=ago), method="GET", route="/", status=200
        )
        for ago in (0, 2, 2)
    ]
    note_hours(Portion(made[0].pk - 1, made[-1].pk))
    values = {"tenant_id": world.acme.pk, "source": world.source, "day": at.date()}
    return [Written(SourceDay, {**values, "hours": 1 << 15 | 1 << 13})]


def operations_of_a_plan(world: World) -> list[Written]:
    wanted = Wanted(
        kind="Group",
        object_id="o",
        name="N",
        state="held",
        phase=20,
        cause="deleted",
        is_removal=True,
        is_allowed=True,
        steps=[{"action": "delete"}],
        main_action="delete",
        plan_hash="h",
    )
    origin = Origin(world.acme.pk, world.application.pk, None, "Ada")
    insert_planned(origin, [wanted])
    values = {**wanted, "tenant_id": world.acme.pk, "application": world.application}
    return [Written(Operation, {**values, "actor": "Ada"}, {"object_id": "o"})]


def request_to_a_target(world: World) -> list[Written]:
    said = TargetExchange("PATCH", "https://target.example/Users/7", {"a": 1}, 204, None, 0.25)
    insert_exchange(tenant_id=world.acme.pk, operation_id=world.operation.pk, shown=said, sealed="")
    which = {"operation": world.operation}
    values = {"tenant_id": world.acme.pk, **which, **asdict(said)}
    return [Written(TargetRequest, values, which)]


def pace_of_a_target(world: World) -> list[Written]:
    add_pace(tenant_id=world.acme.pk, key="k", least_interval=0.5)
    values = {"key": "k", "interval": 0.5, "least_interval": 0.5}
    return [Written(TargetBudget, {"tenant_id": world.acme.pk, **values}, {"key": "k"})]


def seats_of_a_day(world: World) -> list[Written]:
    day = timezone.localdate()
    Subscription.objects.update(ends=day)
    note_counts(day)
    values = {"tenant_id": world.acme.pk, "subscription_id": world.crm.pk, "day": day, "ends": day}
    return [
        Written(
            SeatCount,
            {**values, "bought": 2, "used": 0, "waiting": 0},
            {"day": day},
        )
    ]


def people_who_are_held(world: World) -> list[Written]:
    """Bob, from whom something is taken now, and Kim, from whom it was taken before the limit."""
    now = timezone.now()
    kim = create_user(values=UserFields(user_name="kim@acme.example"))
    SourceLoss.objects.create(source_id=world.source.pk, user_id=kim.pk, at=now)
    join_earlier_losses(change_id=world.held.pk, source_id=world.source.pk, actor="SCIM: A source")
    hold_people_in(change_id=world.held.pk, people=[world.bob.pk], kind="left", groups=[], now=now)
    return [
        Written(
            HeldPerson,
            {
                "change_id": world.held.pk,
                "user_id": each.pk,
                "name": each.get_full_name() or each.user_name,
                "user_name_ci": each.user_name_ci,
                "kind": "left",
                "since": now,
            },
            {"user_id": each.pk},
        )
        for each in (world.bob, kim)
    ]


WAYS: Final[list[Callable[[World], list[Written]]]] = [
    count_of_a_day,
    hours_of_a_source,
    one_person,
    people_as_a_set,
    change_of_a_person,
    groups_as_a_set,
    members_of_a_group,
    members_of_a_plain_group,
    entries_without_an_object,
    session_by_password,
    session_by_saml,
    attempts_of_a_stranger,
    requests_in_the_log,
    beginning_of_the_trail,
    operations_of_a_plan,
    request_to_a_target,
    pace_of_a_target,
    seats_of_a_day,
    people_who_are_held,
]


def stored(row: Model) -> dict[str, Any]:
    """Return what the database holds in each column of a row."""
    meta = row._meta
    columns = ", ".join(f'"{each.column}"' for each in meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {columns} FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s',  # noqa: S608
            [row.pk],
        )
        found = cursor.fetchone()
    return dict(zip([each.name for each in meta.concrete_fields], found, strict=True))


def assert_alike(column: Field[Any, Any], by_hand: Any, by_orm: Any) -> None:
    if column.primary_key or column.name in BY_CHANCE:
        assert type(by_hand) is type(by_orm), column
        assert bool(by_hand) == bool(by_orm), column
    elif isinstance(by_hand, datetime) and isinstance(by_orm, datetime):
        assert abs(by_hand - by_orm) < timedelta(minutes=1), column
    else:
        assert by_hand == by_orm, column


@pytest.mark.parametrize("way", WAYS)
def test_every_column_is_as_the_models_own_save_writes_it(
    world: World, way: Callable[[World], list[Written]]
) -> None:
    with (
        tenant_scope(world.acme),
        acting_as("SCIM: Okta", source_id=world.source.pk),
        request_id.serving(REQUEST),
    ):
        point = transaction.savepoint()
        written = way(world)
        by_hand = [stored(each.model._base_manager.get(**each.which)) for each in written]
        transaction.savepoint_rollback(point)

        for each, row in zip(written, by_hand, strict=True):
            made = each.model(**each.values)
            made.save(force_insert=True)
            saved = stored(made)
            for column in each.model._meta.concrete_fields:
                if column.name != each.apart:
                    assert_alike(column, row[column.name], saved[column.name])


# Nothing stands without its tenant, so that one cannot go and come again.
@pytest.mark.parametrize(
    "model",
    [each for each in our_models() if each is not Tenant],
    ids=lambda each: each._meta.label,
)
def test_any_row_is_inserted_as_save_does(acme: Tenant, bob: User, model: type[Model]) -> None:
    assert bob.tenant == acme
    with tenant_scope(acme):
        row = Specimens("é").of(model)
        before = stored(row)
        copy = model(
            **{
                each.attname: getattr(row, each.attname)
                for each in model._meta.concrete_fields
                if not each.generated and each is not model._meta.auto_field
            }
        )
        row.delete()

        insert_row(copy)

    for column in model._meta.concrete_fields:
        assert_alike(column, before[column.name], stored(copy)[column.name])


def test_the_person_who_is_written_has_a_value_of_their_own_in_every_field() -> None:
    usual = asdict(UserFields(user_name=""))

    assert [name for name, value in asdict(PEOPLE).items() if value == usual[name]] == []


def test_every_statement_that_inserts_is_known() -> None:
    found: Counter[str] = Counter()
    for app in PACKAGES:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                found.update(re.findall(r"(?:INSERT INTO|COPY) ([\w{}.]+)", path.read_text()))

    assert found == WRITTEN_BY_HAND


CHANGES: Final[dict[str, Any]] = {
    "user_name": "new",
    "user_name_ci": "new",
    "external_id": "n",
    "email": "n@acme.example",
    "email_ci": "n@acme.example",
    "given_name": "N",
    "family_name": "É",
    "display_name": "D",
    "active": False,
    "role": Role.EDITOR,
    "attributes": {"title": "é"},
    "source_ids": [7],
    "password": "!n",
    "version": 9,
    "last_modified": datetime(2030, 1, 1, tzinfo=UTC),
    "created": datetime(2001, 1, 1, tzinfo=UTC),
    "last_login": datetime(2002, 1, 1, tzinfo=UTC),
    "is_superuser": False,
}
CHANGEABLE: Final = [
    each.attname
    for each in User._meta.concrete_fields
    if not each.generated and not each.primary_key and each.name != "tenant"
]


@pytest.mark.parametrize("column", CHANGEABLE)
def test_a_column_is_changed_as_save_changes_it(acme: Tenant, bob: User, column: str) -> None:
    with tenant_scope(acme):
        setattr(bob, column, CHANGES[column])
        point = transaction.savepoint()
        assert change_user(bob, [column], some_entry(), source_id=None)
        by_hand = stored(bob)
        transaction.savepoint_rollback(point)

        models.Model.save_base(bob, force_update=True, update_fields=[column])
        by_orm = stored(bob)

    assert by_hand == by_orm
    assert by_hand[column] == by_orm[column]


REFUSED: Final[dict[str, dict[str, Any]]] = {
    "a name that is taken": {"user_name": "bob@acme.example"},
    "a name that is taken in another spelling": {"user_name": "BOB@acme.example"},
    "a name that is too long": {"user_name": "x" * 256},
    "a display name that is too long": {"display_name": "x" * 513},
    "a role that there is not": {"role": "king"},
    "a character that cannot be stored": {"given_name": "a\0"},
    "a version below nothing": {"version": -1},
}


def refusal(write: Callable[[], object]) -> tuple[type[Exception], str]:
    """Return what ``write`` raises, and the constraint that it is about."""
    with pytest.raises((DatabaseError, ValueError)) as caught, transaction.atomic():
        write()
    cause = caught.value.__cause__
    return type(caught.value), getattr(getattr(cause, "diag", None), "constraint_name", "") or ""


@pytest.mark.parametrize("values", REFUSED.values(), ids=REFUSED)
def test_a_row_is_refused_by_hand_for_the_reason_it_is_refused_by_save(
    acme: Tenant, bob: User, values: dict[str, Any]
) -> None:
    def new() -> User:
        fields = {"user_name": "new", "user_name_ci": "new", **values}
        if "user_name_ci" not in values:
            fields["user_name_ci"] = fields["user_name"].lower()
        return User(tenant=acme, **fields)

    with tenant_scope(acme):
        one, other, third = new(), new(), new()
        assert (
            refusal(lambda: insert_user(one, audit.values_of(audit.Event("user.created", one))))
            == refusal(lambda: other.save(force_insert=True))
            == refusal(lambda: insert_row(third))
        )
        assert AuditEntry.objects.filter(action="user.created", target_id=str(one.pk)).count() == 0


def some_entry() -> Entry:
    """Return an entry of the trail about nothing."""
    return audit.values_of(audit.Event("console.test"))


@pytest.mark.parametrize("write", ["insert_user", "change_user", "insert_row", "record", "save"])
def test_a_row_of_another_tenant_is_refused_by_every_way(
    acme: Tenant, globex: Tenant, grace: User, write: str
) -> None:
    stranger = User(tenant=globex, user_name="x", user_name_ci="x")
    ways: dict[str, Callable[[], object]] = {
        "insert_user": lambda: insert_user(stranger, some_entry()),
        "change_user": lambda: change_user(grace, ["active"], some_entry(), source_id=None),
        "insert_row": lambda: insert_row(stranger),
        "record": lambda: audit.record("user.updated", grace),
        "save": lambda: stranger.save(force_insert=True),
    }

    with tenant_scope(acme), pytest.raises(ForeignTenantError):
        ways[write]()


def lose_the_connection() -> None:
    """Let the server end the session of this thread, as a restart does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", ["insert_user", "change_user", "insert_row", "record", "save"])
@pytest.mark.parametrize("begins_anew", [True, False])
def test_a_lost_connection_is_met_by_hand_as_by_save(
    acme: Tenant, bob: User, write: str, *, begins_anew: bool
) -> None:
    new = User(tenant=acme, user_name="new", user_name_ci="new", password="!")
    ways: dict[str, Callable[[], object]] = {
        "insert_user": lambda: insert_user(new, some_entry()),
        "change_user": lambda: change_user(bob, ["active"], some_entry(), source_id=None),
        "insert_row": lambda: insert_row(new),
        "record": lambda: audit.record("user.updated", bob),
        "save": lambda: new.save(force_insert=True),
    }
    with tenant_scope(acme):
        close_old_connections()
        lose_the_connection()
        if begins_anew:
            close_old_connections()  # As each request does when it begins.
        else:
            with pytest.raises(OperationalError):
                ways[write]()
            close_old_connections()

        ways[write]()

        assert User.objects.filter(pk=(bob if write in {"change_user", "record"} else new).pk)
