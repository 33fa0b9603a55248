"""Every reason for a refusal says what to do, in words that are on the page or at the vendor's."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

import saml_sso
from accounts.models import Tenant
from console.saml_and_scim.forms import RulesForm
from console.saml_and_scim.traces import MEANINGS
from saml_sso.services.switches import Choices
from tests.saml_sso.test_cases import latest_refusal
from tests.saml_sso.test_sp_initiated import CROSS_SITE, answer, begin
from tests.support.saml_party import Party, post_response

ROOT = Path(saml_sso.__file__).parent
REFUSES = {
    *("MessageError", "refuse", "_refuse", "_refusal", "require", "warn", "_require_algorithm"),
}
"""What makes the refusal of a message.  Those of files are shown on the form itself."""
QUOTED = re.compile(r"“([^”…]+)”")
WORDS_OF_IDENTITY_PROVIDERS = {"Sign assertion", "Sign response", "EmailAddress"}
WHO_OR_WHAT_HELPS = re.compile(
    r"identity provider|vendor|[Ss]tart the sign-in again|[Ss]ign out|operator|[Ss]tart again|"
    r"user list|genuine|page SAML & SCIM"
)
NOBODY_IS_REFUSED_BY = {
    *("given_name_attribute", "family_name_attribute", "display_name_attribute"),
    "refresh_names_at_sign_in",
}


class Refusal(NamedTuple):
    """One place in the code that refuses a message."""

    place: str
    check: str
    remedy: str


def text_of(node: ast.expr, module: str) -> str:
    """Return a text as it is written; what is put in when it runs is an ellipsis."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part, module) for part in parts)
        case ast.BinOp(left=left, right=right):
            return text_of(left, module) + text_of(right, module)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
            return str(getattr(import_module(module), name, "…"))
        case ast.IfExp(body=body, orelse=orelse):
            return f"{text_of(body, module)} {text_of(orelse, module)}"
    return "…"


def refusals() -> Iterator[Refusal]:
    """Every call that is given a check and a remedy, in all of the application."""
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            named = {word.arg: word.value for word in node.keywords}
            first = node.args[0]
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called not in REFUSES or not isinstance(first, ast.Constant):
                continue
            remedy = text_of(named["remedy"], module) if "remedy" in named else ""
            yield Refusal(f"{module}:{node.lineno}", str(first.value), remedy)


ALL = [one for one in refusals() if one.remedy]
CHECKS = {one.check for one in refusals()}


def test_every_meaning_belongs_to_a_reason() -> None:
    assert set(MEANINGS) - CHECKS == {"shape"}  # Only ever recorded as passed.


@pytest.fixture
def page(acme: Tenant, idp: Party, console: Client) -> str:
    """What an admin reads on the page, with everything unfolded."""
    return html.unescape(console.get(reverse("console:saml-and-scim")).content.decode())


def test_the_places_are_found() -> None:
    assert len(ALL) > 60
    assert {"audience", "signature", "user", "enabled", "binding", "replay"} <= CHECKS


def test_the_page_explains_every_reason() -> None:
    assert CHECKS - set(MEANINGS) == set()


def test_every_remedy_names_what_is_there(page: str) -> None:
    for refusal in ALL:
        quoted = set(QUOTED.findall(refusal.remedy)) - WORDS_OF_IDENTITY_PROVIDERS
        steps = re.findall(r"step (\d)", refusal.remedy)
        missing = [name for name in quoted if name not in page]
        missing += [step for step in steps if f"Step {step}" not in page]
        assert not missing, refusal
        assert (
            quoted or steps or WHO_OR_WHAT_HELPS.search(refusal.remedy) or (refusal.remedy == "…")
        ), refusal


def test_nothing_on_the_page_is_hinted_at_without_its_name() -> None:
    for refusal in ALL:
        assert not re.search(r"in the settings|settings of this tenant", refusal.remedy), refusal


@pytest.mark.parametrize(
    "name", [one.name for one in fields(Choices) if one.name not in NOBODY_IS_REFUSED_BY]
)
def test_every_rule_that_can_refuse_somebody_is_named_by_a_remedy(name: str) -> None:
    label = str(RulesForm.base_fields[name].label)

    assert any(f"“{label}”" in refusal.remedy for refusal in ALL), label


def test_a_made_up_in_response_to_leads_to_the_rule_that_tolerates_it(
    acme: Tenant, bob: object, idp: Party
) -> None:
    post_response(Client(), idp.forge.but(in_response_to="_made_up"))

    assert "“Tolerate an InResponseTo in" in latest_refusal(acme).remedy


def test_saml_that_was_switched_off_meanwhile_is_not_called_changed_settings(
    acme: Tenant, bob: object, idp: Party
) -> None:
    client = Client()
    parked = answer(Client(), idp, begin(client), **CROSS_SITE)
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=False)

    client.get(parked["Location"])

    assert latest_refusal(acme).check_name == "enabled"
    assert "“Enable SAML sign-on”" in latest_refusal(acme).remedy
