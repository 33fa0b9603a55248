"""Nobody pushes anything out of the log of sign-ins by filling it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import SignInAttempt
from saml_sso.remembered_trust import memory
from saml_sso.services.attempts import kept_attempts, masked_trace, noted_strangers
from saml_sso.storage.strangers import CLIENTS_AND_REASONS, CLIENTS_OF_EACH_REASON
from tests.saml_sso.test_sign_in import BAD_RESPONSES
from tests.support.saml import certificate, private_key
from tests.support.saml_party import Party, post_response, refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Tenant

NONSENSE = "AAAA"
HERE = "198.51.100.7"
UNSIGNED = {
    *("unsigned", "signed with a foreign key", "not a response", "not base64", "empty"),
}
"""Which of the bad responses carry no valid signature."""


@pytest.fixture(autouse=True)
def _a_short_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trim with every row, so that whatever can be pushed out is."""
    monkeypatch.setattr("saml_sso.services.attempts.TRIMMED_EVERY", 1)
    monkeypatch.setattr("saml_sso.services.attempts.KEPT_OF_EACH_SHARE", 3)


def post(message: str, address: str = HERE, path: str = "/saml/acme/") -> str:
    """Post a message that is refused; return the reference."""
    client = Client()
    return refused(client, post_response(client, message, path, REMOTE_ADDR=address))


def flood(count: int, addresses: Iterable[str] = (HERE,)) -> None:
    for address in addresses:
        for _number in range(count):
            post(NONSENSE, address)


def references(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(SignInAttempt.objects.values_list("reference", flat=True))


def addresses(count: int) -> list[str]:
    return [str(ip_address("203.0.113.0") + number) for number in range(count)]


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("kind", ["expired", "a test", "a sign-in"])
def test_what_carries_a_valid_signature_and_tests_stay(
    acme: Tenant, idp: Party, console: Client, kind: str
) -> None:
    if kind == "a test":
        console.post(reverse("console:saml-and-scim-test"))
        post_response(console, NONSENSE)
    elif kind == "a sign-in":
        assert post_response(Client(), idp.forge.but()).status_code == 303
    else:
        post(BAD_RESPONSES["expired"][0](idp).encoded())
    (kept,) = references(acme)

    flood(20)
    flood(2, addresses(CLIENTS_OF_EACH_REASON + 5))

    assert kept in references(acme)
    with tenant_scope(acme):
        assert kept_attempts().count() == 1
        assert masked_trace(SignInAttempt.objects.get(reference=kept))


@pytest.mark.usefixtures("bob", "grace", "olga")
@pytest.mark.parametrize("case", BAD_RESPONSES)
def test_only_a_valid_signature_gets_a_row_of_its_own(acme: Tenant, idp: Party, case: str) -> None:
    for _time in range(2):
        message = BAD_RESPONSES[case][0](idp)
        post(message if isinstance(message, str) else message.encoded())

    with tenant_scope(acme):
        assert kept_attempts().count() == (0 if case in UNSIGNED else 2)


def test_the_first_and_the_newest_of_a_client_and_reason_are_whole_and_the_rest_is_counted(
    acme: Tenant, idp: Party
) -> None:
    stranger = private_key("rsa2048", "mallory")
    wrong = [
        post(idp.forge.but(key=stranger, cert=certificate(stranger)).encoded()) for _ in range(6)
    ]
    flood(3)

    with tenant_scope(acme):
        first, newest = SignInAttempt.objects.filter(check_name="signature").order_by("place")
        assert [first.reference, newest.reference] == [wrong[0], wrong[-1]]
        assert (first.repeats, newest.repeats) == (0, 4)
        for attempt in (first, newest):
            assert masked_trace(attempt)[-1]["check"] == "signature"
            assert attempt.remedy


def test_the_page_says_how_many_were_only_counted(
    acme: Tenant, idp: Party, console: Client
) -> None:
    flood(4)
    flood(1, addresses(CLIENTS_OF_EACH_REASON))

    for name in ("saml-and-scim", "saml-and-scim-attempts"):
        page = console.get(reverse(f"console:{name}")).content.decode()
        assert "Without a valid signature" in page
    assert "2 more between the two were only counted" in page
    assert f"from {HERE}, the first of its kind" in page
    assert "from further addresses, the first of its kind" in page
    export = console.get(reverse("console:saml-and-scim-attempts-csv"))
    lines = export.getvalue().decode().splitlines()
    assert any(line.endswith(f"{HERE},no,2") for line in lines)


def test_many_addresses_share_what_is_left_when_their_number_is_reached(
    acme: Tenant, idp: Party
) -> None:
    early = post(NONSENSE)
    flood(2, addresses(CLIENTS_OF_EACH_REASON + 20))
    late = post(NONSENSE, "192.0.2.1")

    with tenant_scope(acme):
        assert noted_strangers().count() <= 2 * (CLIENTS_OF_EACH_REASON + 1)
        shared = noted_strangers().get(client="", place=2)
        assert shared.reference == late
    assert early in references(acme)


def test_the_reasons_together_are_bounded_too(
    acme: Tenant, idp: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(acme):
        SignInAttempt.objects.bulk_create(
            SignInAttempt(
                tenant=acme,
                kind="idp_initiated",
                outcome="refused",
                check_name=f"check-{number}",
                client=HERE,
                place=1,
            )
            for number in range(CLIENTS_AND_REASONS)
        )

    flood(2, addresses(5))

    with tenant_scope(acme):
        new = noted_strangers().exclude(check_name__startswith="check-")
        assert {attempt.client for attempt in new} == {""}


def test_a_household_of_ipv6_is_one_client(acme: Tenant, idp: Party) -> None:
    flood(1, [f"2001:db8:0:1::{number}" for number in range(1, 9)])
    flood(1, ["2001:db8:0:2::1", "::ffff:198.51.100.7", HERE])

    with tenant_scope(acme):
        clients = set(noted_strangers().values_list("client", flat=True))
        assert clients == {"2001:db8:0:1::/64", "2001:db8:0:2::/64", HERE}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/saml/acme/logout", {"SAMLRequest": NONSENSE}),
        ("/saml/acme/logout", {"SAMLResponse": NONSENSE}),
        ("/saml/acme/", {"SAMLResponse": NONSENSE}),
        ("/saml/acme/", {"SAMLart": NONSENSE}),
        ("/saml/acme/?SAMLart=x", None),
        ("/saml/acme/again/0", None),
        ("/saml/acme/finish/0", None),
    ],
    ids=str,
)
def test_every_address_that_anybody_may_send_to_shares_the_bounded_part(
    acme: Tenant, idp: Party, path: str, fields: dict[str, str] | None
) -> None:
    for _time in range(5):
        Client().get(path) if fields is None else Client().post(path, fields)

    with tenant_scope(acme):
        assert not kept_attempts().exists()
        assert noted_strangers().count() <= 2


def test_a_refused_message_costs_two_statements_however_full_the_log_is(
    acme: Tenant, idp: Party
) -> None:
    flood(2, addresses(CLIENTS_OF_EACH_REASON + 2))
    for address in (HERE, addresses(1)[0], HERE):
        with CaptureQueriesContext(connection) as captured:
            post_response(Client(), NONSENSE, REMOTE_ADDR=address)
        made = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
        assert len(made) == 2, made


def test_clients_that_are_quiet_for_a_week_make_room(acme: Tenant, idp: Party) -> None:
    flood(3)
    flood(2, ["192.0.2.1"])
    long_ago = timezone.now() - timedelta(days=8)
    with tenant_scope(acme):
        noted_strangers().filter(client="192.0.2.1").update(at=long_ago)
        noted_strangers().filter(client=HERE, place=1).update(at=long_ago)

    call_command("prune_saml", "--json")

    with tenant_scope(acme):
        assert list(noted_strangers().values_list("client", "place")) == [(HERE, 2), (HERE, 1)]


@pytest.mark.django_db(transaction=True)
def test_floods_at_once_are_counted_exactly(acme: Tenant, idp: Party) -> None:
    post(NONSENSE, "192.0.2.1")  # What is trusted is remembered from now on.
    start = Barrier(4)

    def send(number: int) -> None:
        try:
            start.wait(timeout=30)
            flood(10, [HERE, f"203.0.113.{number}"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))

    memory.forget()
    with tenant_scope(acme):
        of_all = {(one.client, one.place): one.repeats for one in noted_strangers()}
    assert of_all[HERE, 1] == 0
    assert of_all[HERE, 2] == 38
    assert [of_all[f"203.0.113.{number}", 2] for number in range(4)] == [8] * 4
