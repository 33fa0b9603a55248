"""The request log and the rate limit: both beside the request's path."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from scim.http.rate_limit import RateLimit
from scim.log.redaction import LONGEST_BODY, readable_body
from scim.log.request_log_retention import prune_request_log
from scim.models import BearerToken, RequestLogEntry, Source
from scim.protocol.errors import TooManyRequestsError
from tests.support.scim import connect

if TYPE_CHECKING:
    from accounts.models import Tenant
    from scim.log.request_log import RequestLogBuffer
    from tests.support.scim import SCIMClient


def entries(tenant: Tenant) -> list[RequestLogEntry]:
    with tenant_scope(tenant):
        return list(RequestLogEntry.objects.order_by("pk"))


class TestLog:
    def test_each_request_is_logged_in_its_tenant(
        self,
        acme: Tenant,
        globex: Tenant,
        scim: SCIMClient,
        other_scim: SCIMClient,
        request_log_buffer: RequestLogBuffer,
    ) -> None:
        scim.request("GET", "/Users/nobody@x", expect=404, User_Agent="Okta SCIM Client 1.0.0")
        created = scim.create({"userName": "a@acme.example"})
        other_scim.get("/Groups")
        assert entries(acme) == []

        with CaptureQueriesContext(connection) as queries:
            assert request_log_buffer.flush() == 3

        assert len(queries) <= 5  # SAVEPOINT, COPY (unseen here), two UPDATEs, RELEASE.
        missing, made = entries(acme)
        assert (missing.method, missing.route, missing.status) == ("GET", "/Users/{id}", 404)
        assert (missing.client, missing.resource_id) == ("Okta", "nobody@x")
        assert "nobody@x" in missing.detail
        assert (made.method, made.route, made.status) == ("POST", "/Users", 201)
        assert made.resource_id == created["id"]
        assert made.duration_ms > 0
        assert made.request_body is None
        assert [entry.route for entry in entries(globex)] == ["/Groups"]
        assert request_log_buffer.flush() == 0

    def test_logging_adds_no_statement_to_a_request(self, scim: SCIMClient) -> None:
        scim.get("/Groups?count=0")
        with CaptureQueriesContext(connection) as queries:
            scim.request("GET", "/Users/nobody@x", expect=404)
        assert len(queries) == 2  # Token and lookup.

    def test_the_pages_know_when_a_source_was_last_heard_of(
        self, acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer
    ) -> None:
        scim.get("/Users")
        scim.patch("/Users/nobody@x", {"op": "remove", "path": "title"}, expect=404)
        request_log_buffer.flush()
        scim.get("/Users")
        request_log_buffer.flush()

        with tenant_scope(acme):
            source, token = Source.objects.get(), BearerToken.objects.get()
        assert source.last_request_at == source.last_success_at
        assert source.last_error_at is not None
        assert source.last_success_at is not None
        assert source.last_error_at < source.last_success_at
        assert source.last_error.startswith("PATCH /Users/{id}: 404")
        assert token.last_used is not None

    @pytest.mark.parametrize("endpoint", ["Users", "Groups", "Roles", "Entitlements", "Schemas"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
    def test_an_answer_that_there_is_no_such_thing_is_no_error_of_the_connection(
        self,
        acme: Tenant,
        scim: SCIMClient,
        request_log_buffer: RequestLogBuffer,
        method: str,
        endpoint: str,
    ) -> None:
        answer = scim.raw(method, f"/{endpoint}/nothing")
        request_log_buffer.flush()

        with tenant_scope(acme):
            source = Source.objects.get()
        is_an_error = answer.status_code != 404
        assert (source.last_error_at is not None) == is_an_error
        assert (source.last_success_at is None) == is_an_error

    @pytest.mark.parametrize("path", ["/Person", "/Users", "/Person/1"])
    def test_a_wrong_address_is_an_error_of_the_connection(
        self, acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer, path: str
    ) -> None:
        scim.raw("DELETE", path)
        request_log_buffer.flush()

        with tenant_scope(acme):
            assert Source.objects.get().last_error_at is not None

    def test_what_is_ignored_for_its_schema_is_said(
        self, acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer
    ) -> None:
        urn = "urn:example:unknown"
        user = scim.create({"userName": "a", f"{urn}:made": 1})
        path = f"/Users/{user['id']}"
        scim.patch(path, {"op": "replace", "path": f"{urn}:thing", "value": 1})
        scim.patch(path, {"op": "replace", "value": {f"{urn}:other": 1, "title": "Guide"}})
        operation = {"method": "PUT", "path": path, "data": {"userName": "a", urn: {"put": 1}}}
        scim.request("POST", "/Bulk", {"Operations": [operation]}, expect=200)
        scim.get(path)
        request_log_buffer.flush()

        details = [entry.detail for entry in entries(acme)]
        assert [entry.status for entry in entries(acme)] == [201, 200, 200, 200, 200]
        assert [f"{urn}:made" in details[0], f"{urn}:thing" in details[1]] == [True, True]
        assert [f"{urn}:other" in details[2], f"{urn}." in details[3]] == [True, True]
        assert details[4] == ""

    def test_last_used_is_written_at_most_once_a_minute(
        self, acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer
    ) -> None:
        recently = timezone.now() - timedelta(seconds=30)
        with tenant_scope(acme):
            BearerToken.objects.update(last_used=recently)
        scim.get("/Users")
        request_log_buffer.flush()
        with tenant_scope(acme):
            assert BearerToken.objects.get().last_used == recently

    def test_bodies_are_recorded_without_secrets_when_the_source_wants_them(
        self, acme: Tenant, request_log_buffer: RequestLogBuffer
    ) -> None:
        scim = connect(acme, log_bodies=True)
        scim.create({"userName": "a@acme.example", "password": "t0p-s3cret"})
        request_log_buffer.flush()

        (entry,) = entries(acme)
        assert entry.request_body == {"userName": "a@acme.example", "password": "•••"}
        assert entry.response_body["userName"] == "a@acme.example"

    def test_a_source_that_was_deleted_leaves_its_entries(
        self, acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer
    ) -> None:
        scim.get("/Users")
        with tenant_scope(acme):
            name = Source.objects.get().name
            Source.objects.all().delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        request_log_buffer.flush()
        (entry,) = entries(acme)
        assert (entry.source, entry.source_name) == (None, name[:200])

    def test_hostile_text_is_stored_harmlessly(
        self, acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer
    ) -> None:
        scim.raw("GET", "/Users/%00%ff%ed%a0%80" + "x" * 400, User_Agent="a\tb\\N" * 100)
        assert request_log_buffer.flush() == 1
        assert len(entries(acme)) == 1


class TestRedaction:
    @pytest.mark.parametrize(
        ("body", "kept"),
        [
            (b'{"a":[{"Password":"x","b":1}]}', '{"a":[{"Password":"•••","b":1}]}'),
            (b'{"op":"replace","path":"password","value":"x"}', '"value":"•••"'),
            (b'{"access_token":"x"}', '{"access_token":"•••"}'),
            (b'{"a":"b\\u0000c"}', '{"a":"b\N{REPLACEMENT CHARACTER}c"}'),
        ],
    )
    def test_secrets_are_masked(self, body: bytes, kept: str) -> None:
        assert kept in str(readable_body(body))

    def test_what_cannot_be_judged_is_left_out(self) -> None:
        assert "password" not in str(readable_body(b"password=x"))
        assert "omitted" in str(readable_body(b" " * (LONGEST_BODY + 1)))
        assert readable_body(b"") is None


class TestRetention:
    def test_entries_past_their_days_are_pruned(
        self, acme: Tenant, globex: Tenant, request_log_buffer: RequestLogBuffer
    ) -> None:
        connect(acme, log_retention_days=10).get("/Users")
        connect(globex, log_retention_days=60).get("/Users")
        request_log_buffer.flush()
        old = timezone.now() - timedelta(days=20)
        with every_tenant():
            RequestLogEntry.objects.update(at=old)

        assert prune_request_log() == 1
        assert entries(acme) == []
        assert len(entries(globex)) == 1
        call_command("prune_request_log")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestRateLimit:
    def test_a_minute_s_worth_passes_and_then_flows_in_again(self) -> None:
        clock = Clock()
        limit = RateLimit(clock=clock)
        for _request in range(6):
            limit.check(1, at_once=6, seconds=60)
        with pytest.raises(TooManyRequestsError) as refused:
            limit.check(1, at_once=6, seconds=60)
        assert refused.value.retry_after == 10
        limit.check(2, at_once=6, seconds=60)  # Another token has its own.

        clock.now = 10
        limit.check(1, at_once=6, seconds=60)
        with pytest.raises(TooManyRequestsError):
            limit.check(1, at_once=6, seconds=60)

    def test_too_many_requests_are_refused_over_the_wire_and_logged(
        self, acme: Tenant, request_log_buffer: RequestLogBuffer
    ) -> None:
        scim = connect(acme, rate_limit_per_minute=2)
        scim.get("/Users")
        scim.get("/Users")

        response = scim.raw("GET", "/Users")
        assert response.status_code == 429
        assert 1 <= int(response.headers["Retry-After"]) <= 30
        assert response.json()["status"] == "429"
        request_log_buffer.flush()
        assert [entry.status for entry in entries(acme)] == [200, 200, 429]
