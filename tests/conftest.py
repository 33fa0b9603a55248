"""Fixtures shared by every test: two tenants, because one proves nothing about isolation.

The people: *Alice* is the admin of Acme, *Bob* a member of Acme, *Grace* the admin of Globex,
and *Olga* operates the deployment.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import Context
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.jobs import queueing
from accounts.jobs.errors import GivenUpError, PutBackError
from accounts.jobs.running import run_job, scope_of_job
from accounts.models import Plan, Role, Tenant, User
from accounts.services.tenants import create_tenant
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, create_operator, create_user
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import refusals
from licenses.models import Product, Subscription
from saml_sso import remembered_trust
from scim.log import request_log
from scim.log.request_log import RequestLogBuffer
from scim.models import Source
from tests.support.databases import template_kept
from tests.support.installation import Gatehouse, serving_gatehouse
from tests.support.scim import SCIMClient, connect, connect_with_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings
    from pytest_django.plugin import DjangoDbBlocker

    from accounts.models import Job

PASSWORD = "correct horse battery"

# Property tests try the same examples in every run, however busy the machine is, and leave no
# files in the checkout.  ``--hypothesis-profile=explore`` looks for new ones.
hypothesis_settings.register_profile(
    "gatehouse",
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "explore", parent=hypothesis_settings.get_profile("gatehouse"), derandomize=False
)
hypothesis_settings.load_profile("gatehouse")


@pytest.fixture(scope="session", autouse=True)
def _no_collected_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let no test see what a ``collectstatic`` of this checkout has left, or miss it."""
    django_settings.STATIC_ROOT = tmp_path_factory.mktemp("staticfiles")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep a copy of the new database for the server processes that tests start."""
    with django_db_blocker.unblock(), template_kept():
        yield


@pytest.fixture(autouse=True)
def _quick_settings(settings: Settings) -> None:
    """Hash passwords quickly, serve static files uncollected, and be at the usual address."""
    # No test sends too much, unless it says so.
    settings.BOUNDS = replace(django_settings.BOUNDS, requests_at_once=1_000_000)
    settings.BASE_URL = "http://127.0.0.1:8000"  # Whatever port ``PORT`` names for `make run`.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Otherwise every test client reads all static files before its first request.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Forget what earlier tests left in this process, such as counts of requests."""
    cache.clear()
    refusals.limit.clear()
    remembered_trust.memory.forget()


@pytest.fixture(autouse=True)
def request_log_buffer(monkeypatch: pytest.MonkeyPatch) -> RequestLogBuffer:
    """Keep the SCIM request log waiting until a test flushes it, and start no thread."""
    waiting = RequestLogBuffer(seconds=None)
    monkeypatch.setattr(request_log, "buffer", waiting)
    return waiting


@pytest.fixture(autouse=True)
def _jobs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do jobs when they are queued: in the test's thread and transaction, but in its own context.

    A worker would not see what the test has not committed.
    """
    monkeypatch.setattr(queueing, "hand_over", do_at_once)


def do_at_once(job: Job, *, lock: str | None) -> None:
    """Do ``job`` as a worker does, once; its row says what came of it."""
    database = connections[DEFAULT_DB_ALIAS]

    def run() -> None:
        # Beside a browser an event loop runs, so that Django keeps connections by context, too.
        connections[DEFAULT_DB_ALIAS] = database
        with scope_of_job(job.tenant_id), suppress(PutBackError, GivenUpError):
            run_job(job.pk)

    Context().run(run)


def do_after_commit(job: Job, *, lock: str | None) -> None:
    """Do ``job`` as soon as what wants it is committed, where tests commit."""
    transaction.on_commit(partial(do_at_once, job, lock=lock))


@pytest.fixture(scope="session")
def served_gatehouse(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gatehouse]:
    """The product as server processes; who uses it belongs to one group of xdist."""
    with serving_gatehouse(tmp_path_factory.mktemp("var")) as gatehouse:
        yield gatehouse


@pytest.fixture
def acme(db: None) -> Tenant:
    return create_tenant(slug="acme", name="Acme", plan=Plan.ENTERPRISE)


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[Tenant]:
    """Acme, whose scope is active during the test."""
    with tenant_scope(acme):
        yield acme


@pytest.fixture
def crm(acme: Tenant) -> Subscription:
    """Two seats of "CRM" for Acme."""
    with tenant_scope(acme):
        product = Product.objects.create(key="crm", name="CRM")
        return Subscription.objects.create(product=product, seats=2)


@pytest.fixture
def globex(db: None) -> Tenant:
    return create_tenant(slug="globex", name="Globex", plan=Plan.ENTERPRISE)


def person(tenant: Tenant, name: str, role: Role = Role.MEMBER) -> User:
    """Create a user of ``tenant`` who can sign in with :data:`PASSWORD`."""
    address = f"{name.lower()}@{tenant.slug}.example"
    values = UserFields(user_name=address, email=address, given_name=name, display_name=name)
    with tenant_scope(tenant):
        return create_user(values=values, role=role, password=PASSWORD)


def crowd(tenant: Tenant, size: int) -> list[User]:
    """Create so many users of ``tenant`` who cannot sign in."""
    with tenant_scope(tenant):
        made = create_users(many=[UserFields(user_name=f"crowd{i}") for i in range(size)])
        return list(User.objects.filter(pk__in=filter(None, made)).order_by("pk"))


@pytest.fixture
def alice(acme: Tenant) -> User:
    return person(acme, "Alice", Role.ADMIN)


@pytest.fixture
def bob(acme: Tenant) -> User:
    return person(acme, "Bob")


@pytest.fixture
def grace(globex: Tenant) -> User:
    return person(globex, "Grace", Role.ADMIN)


@pytest.fixture
def olga(db: None) -> User:
    return create_operator(email="olga@gatehouse.example", password=PASSWORD)


@pytest.fixture
def console(alice: User) -> Client:
    """Alice's browser, signed in."""
    return signed_in(alice)


@pytest.fixture
def other_console(grace: User) -> Client:
    """Grace's browser, signed in."""
    return signed_in(grace)


@pytest.fixture
def platform(olga: User) -> Client:
    """Olga's browser, signed in."""
    return signed_in(olga)


@pytest.fixture
def scim(acme: Tenant) -> SCIMClient:
    """Acme's identity provider."""
    return connect(acme)


@pytest.fixture
def source(acme: Tenant, scim: SCIMClient) -> Source:
    """The source of Acme's identity provider."""
    with tenant_scope(acme):
        return Source.objects.get()


@pytest.fixture
def okta(acme: Tenant) -> SCIMClient:
    """An identity provider of Acme whose source has the usual mapping table."""
    return connect_with_table(acme, "Okta")


@pytest.fixture
def other_scim(globex: Tenant) -> SCIMClient:
    """Globex's identity provider."""
    return connect(globex)


@pytest.fixture
def deleting_scim(acme: Tenant) -> SCIMClient:
    """An identity provider of Acme whose DELETE deletes."""
    return connect(acme, on_delete="delete")


def signed_in(user: User) -> Client:
    """Return a browser in which ``user`` is signed in."""
    client = Client()
    with tenant_scope(user.tenant) if user.tenant else every_tenant():
        client.force_login(user, backend="accounts.backends.SignInBackend")
    return client


def is_signed_in(browser: Client) -> bool:
    """Whether somebody is signed in in this browser."""
    return browser.get("/account/").status_code == HTTPStatus.OK
