"""What SECURITY.md says of who judges a response is so, and each row of it names what shows it."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import pytest
from lxml import etree

from operations.checkout import BASE_DIR
from saml_sso.protocol import toolkit
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.toolkit import StrictRun, require_strict_validation
from tests.support.saml import NS, Forge, instant
from tests.support.saml_trust import ACS_URL, IDP_ENTITY_ID, NOW, Trust, service_provider_keys

SECURITY: Final = (BASE_DIR / "SECURITY.md").read_text()
SECTIONS: Final = {
    part.partition("\n")[0]: part.partition("\n")[2] for part in SECURITY.split("\n## ")
}
TABLES: Final = ("Who judges a SAML response", "What is known against python3-saml and its kind")
ELSEWHERE: Final = "https://elsewhere.example"
PAST: Final = instant(NOW - timedelta(hours=1))
"""Before the clock of the tests."""


def rows(section: str) -> list[list[str]]:
    """Return the cells of each row of the section's table, without its head."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def named_in(text: str) -> list[str]:
    return re.findall(r"`(test_\w+\.py(?:::\w+)?)`", text)


def is_a_test(name: str) -> bool:
    """Whether there are tests in the file, or one test or class of them of that name."""
    file, _, test = name.partition(".py")
    try:
        module: ModuleType = import_module(f"tests.saml_sso.protocol.{file}")
    except ModuleNotFoundError:
        return False
    if not test:
        return any(each.startswith("test_") for each in vars(module))
    return callable(getattr(module, test.removeprefix("::"), None))


@pytest.mark.parametrize(
    "row", [row for table in TABLES for row in rows(table)], ids=lambda row: row[0][:40]
)
def test_every_row_names_tests_that_there_are(row: list[str]) -> None:
    named = named_in(row[-1])

    assert named
    assert [name for name in named if not is_a_test(name)] == []


def test_every_test_that_the_text_names_is_there() -> None:
    named = [name for table in TABLES for name in named_in(SECTIONS[table])]

    assert len(named) > 20
    assert [name for name in named if not is_a_test(name)] == []


@pytest.mark.parametrize("name", ["test_gone.py", "test_xml.py::test_gone", "test_xml.py::gone"])
def test_a_test_that_is_not_there_is_found_out(name: str) -> None:
    assert not is_a_test(name)


def twice(xml: str) -> str:
    """Return the document with its assertion a second time."""
    start, end = xml.index("<saml:Assertion"), xml.index("</samlp:Response>")
    return xml[:end] + xml[start:end] + xml[end:]


ASKED: Final[dict[str, dict[str, Any]]] = {
    "status": {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"},
    "one assertion": {"after_signing": twice},
    "version": {"version": "1.1"},
    "audience": {"audiences": ((ELSEWHERE,),)},
    "issuers": {"assertion_issuer": ELSEWHERE},
    "destination": {"destination": ELSEWHERE},
    "subject confirmation": {"recipient": ELSEWHERE},
    "inresponseto": {"in_response_to": "_a", "confirmation_in_response_to": "_b"},
    "session end": {"session_not_on_or_after": PAST},
    "which elements are signed": {"sign": "none"},
}
"""What is wrong with a response, by what SECURITY.md says that python3-saml is asked about."""


def run_of(forged: Forge) -> StrictRun:
    """Return what the toolkit is asked about a response whose signatures hold, those there are."""
    document = etree.fromstring(forged.xml())
    signed = [document, *document.iterfind("saml:Assertion", NS)]
    return StrictRun(
        document=document,
        decrypted=None,
        verified=tuple(each for each in signed if each.find("ds:Signature", NS) is not None),
        now=NOW,
        acs_url=ACS_URL,
        sp_entity_id=ACS_URL,
        issuer=IDP_ENTITY_ID,
    )


def test_what_it_is_asked_about_is_tried_here() -> None:
    [row] = [row for row in rows(TABLES[0]) if row[1].startswith("**python3-saml**")]

    assert [each.lower() for each in row[0].split(", ")] == list(ASKED)


def test_python3_saml_accepts_what_is_right(forge: Forge) -> None:
    require_strict_validation(run_of(forge))


@pytest.mark.parametrize("question", ASKED)
def test_python3_saml_refuses_what_it_is_asked_about(forge: Forge, question: str) -> None:
    with pytest.raises(MessageError) as refusal:
        require_strict_validation(run_of(forge.but(**ASKED[question])))

    assert refusal.value.check == "toolkit"


class Untouchable:
    """A library of which nothing may be used."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"python3-saml used {name} of xmlsec")


class TestWhatItIsNotAsked:
    @pytest.mark.parametrize(
        "encrypt_to", [None, service_provider_keys().certificate_pem], ids=["plain", "encrypted"]
    )
    def test_it_verifies_and_decrypts_nothing(
        self,
        acme: Trust,
        forge: Forge,
        monkeypatch: pytest.MonkeyPatch,
        encrypt_to: str | None,
    ) -> None:
        assert hasattr(toolkit._utils, "xmlsec")
        monkeypatch.setattr(toolkit._utils, "xmlsec", Untouchable())

        accepted = acme.accept(forge.but(encrypt_to=encrypt_to, sign="both"))

        assert accepted.is_encrypted == (encrypt_to is not None)

    def test_the_time_limits_of_the_conditions_are_ours_to_judge(
        self, acme: Trust, forge: Forge
    ) -> None:
        over = forge.but(not_on_or_after=PAST)

        require_strict_validation(run_of(over))
        acme.refuse(over, "not_on_or_after")


def test_its_word_alone_lets_nobody_in(
    acme: Trust, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every response that it refuses above is refused by our rules as well."""
    monkeypatch.setattr("saml_sso.protocol.response.require_strict_validation", lambda run: None)
    acme.accept(forge)

    for question, bend in ASKED.items():
        with pytest.raises(MessageError) as refusal:
            acme.accept(forge.but(**bend))
        assert refusal.value.check != "toolkit", question
