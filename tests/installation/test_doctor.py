"""``doctor`` names what is wrong, how to mend it, and no secret."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from typing_extensions import override

from accounts.models import AuditEntry, Job, Tenant
from accounts.secrets.encryption import seal
from accounts.secrets.sealed_fields import SealedField, SealedTextField, sealed_columns
from accounts.storage.changes import latest_position
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from operations.embedded.binaries import locked_version
from operations.installation.findings import Level
from operations.installation.proxy import of_proxy
from tests.architecture.specimens import Specimens
from tests.support.feed import feed_caught_up
from tests.support.processes import LOOPBACK, free_port
from tests.support.sealed import leave_only

pytestmark = pytest.mark.django_db

PASSWORD = "hush-hush"
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def installation(settings: Settings, tmp_path: Path) -> Settings:
    """An installation whose mail server is not there."""
    settings.DATA_DIR = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, free_port()
    settings.EMAIL_HOST_PASSWORD = PASSWORD
    return settings


def findings() -> tuple[dict[str, dict[str, str]], str]:
    """What the command finds, by name, and all that it prints."""
    printed = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("doctor", "--json", stdout=printed)
    found: list[dict[str, str]] = json.loads(printed.getvalue())["findings"]
    return {each["name"]: each for each in found}, f"{printed.getvalue()}{failed.value}"


def test_what_is_wrong_has_a_remedy_and_a_status(installation: Settings) -> None:
    found, printed = findings()

    assert found["mail_server"]["level"] == "wrong"
    assert found["database"]["level"] == found["migrations"]["level"] == "good"
    assert found["data_folder"]["level"] in {"good", "advice"}
    assert all(each["remedy"] for each in found.values() if each["level"] != "good")
    assert "mail_server" in printed


def test_no_secret_is_printed(installation: Settings) -> None:
    _found, printed = findings()

    assert PASSWORD not in printed
    assert installation.SECRET_KEY not in printed


def test_a_folder_and_a_disk_that_are_no_good_are_told(installation: Settings) -> None:
    installation.DATA_DIR = Path("/proc/gatehouse")

    found, _printed = findings()

    assert found["data_folder"]["level"] == found["space"]["level"] == "wrong"


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("model", "field"),
    [pytest.param(*each, id=f"{each[0].__name__}.{each[1].name}") for each in sealed_columns()],
)
def test_a_key_that_does_not_open_what_is_stored_is_told_of_every_sealed_column(
    acme: Tenant, installation: Settings, model: type[Model], field: SealedField
) -> None:
    sealed = seal("secret", field.purpose)
    with tenant_scope(acme):
        row = Specimens("specimen").of(model)
    with every_tenant():
        model._default_manager.exclude(pk=row.pk).delete()
        leave_only(model, field)
        value = sealed.decode() if isinstance(field, SealedTextField) else sealed
        model._default_manager.filter(pk=row.pk).update(**{field.name: value})
    before, _printed = findings()
    earlier, installation.SECRET_KEY = installation.SECRET_KEY, "another key " * 10
    after, printed = findings()
    installation.SECRET_KEY_FALLBACKS = [earlier]
    mended, _printed = findings()

    told = after["stored_secrets"]
    assert before["stored_secrets"]["level"] == mended["stored_secrets"]["level"] == "good"
    assert told["level"] == "wrong"
    assert f"{model._meta.verbose_name_plural} of acme" in told["says"]
    assert "GATEHOUSE_PREVIOUS_SECRET_KEYS" in told["remedy"]
    assert sealed.decode() not in printed


def test_what_belongs_to_no_tenant_and_opens_no_more_is_told(installation: Settings) -> None:
    with every_tenant():
        Job.objects.create(kind="x", queue="mail", sealed="gAAAAAB-not-ours", actor="x")

    assert "jobs of (no tenant)" in findings()[0]["stored_secrets"]["says"]


@pytest.mark.parametrize(("installed", "level"), [("18.6.3", "good"), ("18.4.0", "advice")])
def test_the_embedded_postgresql_is_compared_with_the_lock(
    installation: Settings, monkeypatch: pytest.MonkeyPatch, installed: str, level: str
) -> None:
    installation.EMBEDDED_DATABASE = True
    monkeypatch.setattr("operations.installation.machine.packaged_version", lambda: installed)
    locked = locked_version()
    monkeypatch.setattr("operations.installation.machine.locked_version", lambda: "18.6.3")

    found = findings()[0]["embedded_version"]

    assert locked.startswith("18.")
    assert found["level"] == level
    assert installed in found["says"]
    assert "18.6.3" in found["says"] or level == "good"


@contextmanager
def answering(status: int, **headers: str) -> Iterator[str]:
    """An address whose pages answer so, and whose health is well; its ids are the client's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_health = self.path.startswith("/health/")
            body = b'{"status": "live"}' if is_health else b""
            self.send_response(200 if is_health else status)
            for name, value in headers.items():
                self.send_header(name, value.format(url=url))
            self.send_header("X-Request-ID", self.headers.get("X-Request-ID", "-"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        url = f"http://{LOOPBACK}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


def wrong_at(url: str) -> set[str]:
    """The names of what is wrong there."""
    return {each.name for each in of_proxy(url) if each.level is Level.WRONG}


@pytest.mark.parametrize(
    ("status", "headers", "wrong"),
    [
        (301, {"Location": "{url}/sign-in/"}, {"redirects", "forwarded_headers", "request_ids"}),
        (400, {}, {"redirects", "request_ids"}),
        (502, {}, {"redirects", "request_ids"}),
        (200, {}, {"request_ids"}),
    ],
)
def test_a_proxy_that_forwards_wrongly_is_found_out(
    status: int, headers: dict[str, str], wrong: set[str]
) -> None:
    with answering(status, **headers) as url:
        assert wrong_at(url) == wrong


def test_an_address_where_nobody_listens_is_told() -> None:
    with socket.create_server((LOOPBACK, 0)) as closed:
        port = closed.getsockname()[1]

    assert wrong_at(f"http://{LOOPBACK}:{port}") == {"public_address"}


@pytest.mark.django_db(transaction=True)
class TestTheFeedOfChanges:
    @contextmanager
    def held_up(self, tenant: Tenant) -> Iterator[None]:
        """A transaction that began before a change of yesterday, and has not ended."""
        with psycopg.connect(**connection.get_connection_params()) as stranger:
            stranger.execute("SELECT pg_current_xact_id()")
            with tenant_scope(tenant):
                AuditEntry.objects.create(
                    tenant=tenant, action="tenant.updated", at=timezone.now() - A_DAY
                )
            yield

    def test_its_position_is_told(self, acme: Tenant) -> None:
        feed_caught_up()

        found, _printed = findings()

        assert found["change_feed"]["level"] == "good"
        with every_tenant():
            assert str(latest_position()) in found["change_feed"]["says"]

    def test_what_holds_it_up_is_wrong(self, acme: Tenant, platform: Client) -> None:
        with self.held_up(acme):
            found, _printed = findings()
            page = platform.get("/platform/").content.decode()

        assert found["change_feed"]["level"] == "wrong"
        assert "86400 seconds ago" in found["change_feed"]["says"]
        assert "pg_stat_activity" in found["change_feed"]["remedy"]
        assert "The feed of changes is held up" in page
        feed_caught_up()
        assert "held up" not in platform.get("/platform/").content.decode()
