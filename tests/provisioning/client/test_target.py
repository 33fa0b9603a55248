"""One request to a target, whatever becomes of it."""

from __future__ import annotations

import json
from html import escape, unescape
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest

from provisioning.client import exchanges
from provisioning.client import target as target_module
from provisioning.client.credentials import Bearer, ClientCredentials
from provisioning.client.exchanges import Exchange, masked, without_secrets
from tests.provisioning.client.conftest import Scripted, target_at

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings


def test_a_request_carries_token_media_type_query_and_body(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (201, {"id": "7"}, {"ETag": 'W/"1"'})

    with target_at(f"{scripted.url}/scim/v2/") as target:
        answer = target.request(
            "POST", "/Users", params={"attributes": "id"}, body={"userName": "é"}, if_match='W/"0"'
        )

    [(method, path, headers, body)] = scripted.asked
    assert (method, path) == ("POST", "/scim/v2/Users?attributes=id")
    assert headers["Authorization"] == "Bearer the token"
    assert headers["Content-Type"] == "application/scim+json"
    assert headers["If-Match"] == 'W/"0"'
    assert headers["Host"] == scripted.url.removeprefix("http://")
    assert json.loads(body) == {"userName": "é"}
    assert (answer.status, answer.json, answer.headers["etag"]) == (201, {"id": "7"}, 'W/"1"')
    assert answer.outcome.is_success


def test_an_answer_that_breaks_off_may_have_been_acted_upon(scripted: Scripted) -> None:
    scripted.answer = lambda *_: None

    with target_at(scripted.url) as target:
        answer = target.request("POST", "/Users", body={})

    assert (answer.status, answer.outcome.was_sent) == (0, True)


def test_where_nobody_listens_nothing_was_sent(settings: Settings) -> None:
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]

    with target_at("http://127.0.0.1:9") as target:
        answer = target.request("POST", "/Users", body={})

    assert (answer.status, answer.outcome.was_sent) == (0, False)


def test_a_private_address_is_not_asked(scripted: Scripted, settings: Settings) -> None:
    settings.OUTGOING_NETWORKS = []

    with target_at("https://127.0.0.1:1/") as target:
        answer = target.request("GET", "/Users")

    assert "private network" in answer.outcome.detail
    assert not scripted.asked


def test_a_page_in_place_of_json_is_no_success(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (200, b"<html>Sign in</html>", {"Content-Type": "text/html"})

    with target_at(scripted.url) as target:
        answer = target.request("GET", "/Users")

    assert not answer.outcome.is_success
    assert answer.json is None


def test_a_redirect_is_told_and_not_followed(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (302, b"", {"Location": "https://169.254.169.254/"})

    with target_at(scripted.url) as target:
        answer = target.request("GET", "/Users")

    assert not answer.outcome.is_success
    assert "https://169.254.169.254/" in answer.outcome.detail
    assert len(scripted.asked) == 1


def test_an_answer_that_is_too_large_is_left(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target_module, "MOST_BYTES", 1000)
    scripted.answer = lambda *_: (200, {"text": "x" * 2000}, {})

    with target_at(scripted.url) as target:
        answer = target.request("GET", "/Users")

    assert answer.status == 0
    assert "more than 1000 bytes" in answer.outcome.detail


@pytest.mark.parametrize("body", [b"[" * 300 + b"]" * 300, b'{"a":' * 1010 + b"1" + b"}" * 1010])
def test_an_answer_deeper_than_anybody_means_is_no_success(scripted: Scripted, body: bytes) -> None:
    scripted.answer = lambda *_: (200, body, {})

    with target_at(scripted.url) as target:
        answer = target.request("GET", "/Users")

    assert not answer.outcome.is_success
    assert masked(answer.exchange).status == 200
    assert without_secrets(answer.exchange).status == 200


def test_a_nul_in_an_answer_is_replaced_since_no_table_keeps_it(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (400, {"a\0": ["b\0"], "detail": "no\0"}, {})

    with target_at(scripted.url) as target:
        answer = target.request("GET", "/Users")

    assert answer.json == {"a\ufffd": ["b\ufffd"], "detail": "no\ufffd"}
    assert "\0" not in answer.outcome.detail


def test_a_version_goes_back_as_it_came(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (200, {}, {"ETag": 'W/"\xfc"'})

    with target_at(scripted.url) as target:
        shown = target.request("GET", "/Users/7").headers["etag"]
        target.request("PUT", "/Users/7", body={}, if_match=shown)

    assert scripted.asked[1][2]["If-Match"] == 'W/"\xfc"'


@pytest.mark.parametrize("token", ["t\u014dken", "to\nken"])
def test_a_token_that_no_header_can_carry_is_told_and_nothing_is_sent(
    scripted: Scripted, token: str
) -> None:
    with target_at(scripted.url, credential=Bearer(token)) as target:
        answer = target.request("POST", "/Users", body={})

    assert "Check the token" in answer.outcome.detail
    assert not answer.outcome.was_sent
    assert not scripted.asked


def _oauth(scripted: Scripted, **says: Any) -> ClientCredentials:
    given = iter(range(1, 100))
    refused = {"Bearer token-1"} if says.get("first_is_stale") else set()

    def answer(_method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        if path == "/token":
            if "refused" in says:
                return 400, {"error": "invalid_client"}, {}
            return 200, {"access_token": f"token-{next(given)}", "expires_in": 3600}, {}
        sent = scripted.asked[-1][2]["Authorization"]
        return (401, {}, {}) if sent in refused else (200, {"Resources": []}, {})

    scripted.answer = answer
    return ClientCredentials(f"{scripted.url}/token", "us", scripted.url, "scim")


def test_a_short_lived_token_is_asked_for_once(scripted: Scripted) -> None:
    credential = _oauth(scripted)

    for _session in range(2):
        with target_at(scripted.url, credential=credential) as target:
            assert target.request("GET", "/Users").status == 200

    assert [path for _, path, _, _ in scripted.asked] == ["/token", "/Users", "/Users"]
    assert scripted.asked[0][3] == b"grant_type=client_credentials&scope=scim"


def test_a_token_that_ended_early_is_asked_for_anew_once(scripted: Scripted) -> None:
    credential = _oauth(scripted, first_is_stale=True)

    with target_at(scripted.url, credential=credential) as target:
        assert target.request("GET", "/Users").status == 200

    assert [path for _, path, _, _ in scripted.asked] == ["/token", "/Users", "/token", "/Users"]


def test_a_client_that_gets_no_token_is_refused_as_a_wrong_token_is(scripted: Scripted) -> None:
    credential = _oauth(scripted, refused=True)

    with target_at(scripted.url, credential=credential) as target:
        answer = target.request("GET", "/Users")

    assert answer.status == 401
    assert "invalid_client" in answer.outcome.detail
    assert [path for _, path, _, _ in scripted.asked] == ["/token"]


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_token_url_that_has_no_time_refuses_nobody(scripted: Scripted, status: int) -> None:
    credential = ClientCredentials(f"{scripted.url}/token", "us", f"{status}", "scim")
    scripted.answer = lambda _method, _path: (status, {"error": "slow_down"}, {})

    with target_at(scripted.url, credential=credential) as target:
        answer = target.request("POST", "/Users", body={})

    assert answer.status == status
    assert not answer.outcome.was_sent


def test_what_is_shown_of_an_exchange_names_nobody_and_keeps_no_secret() -> None:
    exchange = Exchange(
        "PATCH",
        "https://x.example/Users?filter=userName%20eq%20%22mara%40acme.example%22",
        {
            "schemas": ["urn:x"],
            "Operations": [
                {"op": "replace", "path": 'emails[type eq "work"].value', "value": "m@x.example"},
                {"op": "remove", "path": 'members[value eq "mara"]'},
            ],
            "password": "hunter2",
            "active": True,
        },
        400,
        {"detail": "no", "userName": "mara@acme.example", "meta": {"location": "mara"}},
        0.1,
    )

    shown = str(masked(exchange))
    kept = str(without_secrets(exchange))

    assert "mara" not in shown
    assert "m@x.example" not in shown
    assert 'type eq "work"' in shown
    assert "'active': True" in shown
    assert "hunter2" not in kept + shown
    assert "m@x.example" in kept


def test_of_a_body_that_nobody_could_read_no_copy_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(exchanges, "_masked", seen.append)
    endless = Exchange("GET", "https://x.example/Users", None, 200, {"a": ["x"] * 100_000}, 0.1)

    assert masked(endless).response_body == {"omitted": "400007 bytes"}
    assert without_secrets(endless).response_body == {"omitted": "400007 bytes"}
    assert endless.response_body not in seen


TOKEN = "abc+def/ghi==<&>'\""


def in_escapes(text: str) -> str:
    """Spell every character of a text as JSON may."""
    return "".join(f"\\u{ord(each):04x}" for each in text)


@pytest.mark.parametrize("status", [200, 401, 302, 500])
@pytest.mark.parametrize(
    "spelled",
    {
        "as it is in JSON": json.dumps({"detail": TOKEN}),
        "as .NET spells it": json.dumps({"detail": TOKEN}).replace("+", r"\u002B"),
        "in escapes": f'{{"detail": "Bearer {in_escapes(TOKEN)}?"}}',
        "as a name": f'{{"{in_escapes(TOKEN)}": 1}}',
        "within a list": f'{{"errors": [{{"message": "{in_escapes(TOKEN)}"}}]}}',
        "on a page": f"<p>{escape(TOKEN)}</p>",
        "in an address": f"see https://x.example/?token={quote(TOKEN, safe='')}",
    }.values(),
)
def test_what_a_target_says_back_of_the_token_is_masked_however_it_is_spelled(
    scripted: Scripted, spelled: str, status: int
) -> None:
    headers = {"Location": f"https://x.example/?{quote(TOKEN, safe='')}", "ETag": quote(TOKEN)}
    scripted.answer = lambda *_: (status, spelled.encode(), headers)

    with target_at(scripted.url, credential=Bearer(TOKEN)) as target:
        answer = target.request("GET", "/Users")

    kept = unquote(unescape(str([answer.exchange, answer.outcome, answer.json, answer.headers])))
    assert "def/ghi" not in kept
    assert "•••" in kept


def test_a_token_that_another_thread_forgot_meanwhile_is_masked(scripted: Scripted) -> None:
    credential = ClientCredentials(f"{scripted.url}/token", "us", "the secret")

    def answer(_method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        if path == "/token":
            return 200, {"access_token": "short-lived-one", "expires_in": 3600}, {}
        credential.forget()
        return 403, {"detail": "short-lived-one is not enough"}, {}

    scripted.answer = answer
    with target_at(scripted.url, credential=credential) as target:
        said = target.request("GET", "/Users")

    assert "short-lived" not in str([said.exchange, said.outcome])


CUT: dict[str, tuple[bytes, Any]] = {
    "a mark before it": (b'\xef\xbb\xbf{"id": "7"}', {"id": "7"}),
    "half a character": (rb'{"id": "7", "displayName": "Ann \ud83d"}', "Ann \ufffd"),
    "the other half": (rb'{"id": "7", "displayName": "\uDE00 Ann"}', "\ufffd Ann"),
    "a whole one": (rb'{"id": "7", "displayName": "\ud83d\ude00"}', "\U0001f600"),
    "half, and no JSON": (rb'{"id": "\ud83d"', None),
    "half, and too deep": (b"[" * 60 + rb'"\ud83d"' + b"]" * 60, None),
    "half, and endless": (b"[" * 100_000 + rb'"\ud83d"', None),
    "half, and a number": (rb'["\ud83d", ' + b"9" * 10_000 + b"]", None),
    "half, and a large number": (rb'["\ud83d", 99999999999999999999999]', None),
    "no number": (rb'{"id": "7", "x": NaN}', None),
}


@pytest.mark.parametrize(("body", "read"), CUT.values(), ids=CUT)
def test_json_is_read_though_a_text_of_it_was_cut(
    scripted: Scripted, body: bytes, read: Any
) -> None:
    scripted.answer = lambda *_: (200, body, {})

    with target_at(scripted.url) as target:
        answer = target.request("GET", "/Users/7")

    assert answer.outcome.is_success is (read is not None)
    said = answer.json.get("displayName", answer.json) if answer.json else None
    assert said == read
