"""When, for whom and how: conditions, confirmations, status and statements."""

from datetime import timedelta
from typing import Any

import pytest

from saml_sso.protocol.parties import PendingRequest, Policy
from tests.support.saml import Forge, instant
from tests.support.saml_trust import NOW, Trust

AUTHN = (
    '<saml:AuthnStatement AuthnInstant="2026-05-03T09:30:00Z"><saml:AuthnContext>'
    "<saml:AuthnContextClassRef>urn:x</saml:AuthnContextClassRef></saml:AuthnContext>"
    "</saml:AuthnStatement>"
)


@pytest.mark.parametrize(
    ("bend", "check"),
    [
        ({"not_on_or_after": instant(NOW - timedelta(minutes=4))}, "not_on_or_after"),
        ({"not_on_or_after": instant(NOW - timedelta(minutes=3))}, "not_on_or_after"),
        ({"confirmation_not_on_or_after": instant(NOW - timedelta(hours=1))}, "not_on_or_after"),
        ({"not_before": instant(NOW + timedelta(minutes=4))}, "not_before"),
        ({"not_before": instant(NOW + timedelta(minutes=2)),
          "not_on_or_after": instant(NOW + timedelta(minutes=1))}, "conditions"),
        ({"not_before": instant(NOW), "not_on_or_after": instant(NOW)}, "conditions"),
        ({"not_before": "tomorrow"}, "schema"),
        ({"not_on_or_after": "2026-02-30T00:00:00Z"}, "schema"),
        ({"not_on_or_after": ""}, "not_on_or_after"),
        ({"issue_instant": "0000-01-01T00:00:00Z"}, "schema"),
        ({"assertion_issue_instant": "99999-01-01T00:00:00Z"}, "issue_instant"),
        ({"authn_instant": instant(NOW + timedelta(hours=1))}, "authn_instant"),
        ({"session_not_on_or_after": instant(NOW - timedelta(hours=1))},
         "session_not_on_or_after"),
        ({"session_not_on_or_after": instant(NOW)}, "session_not_on_or_after"),
        ({"destination": ""}, "destination"),
        ({"destination": None}, "destination"),
        ({"confirmation_method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"},
         "subject_confirmation"),
        ({"confirmation_xml": ""}, "subject_confirmation"),
        ({"confirmation_xml": "<saml:SubjectConfirmation "
          'Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>'}, "subject_confirmation"),
        ({"authn_xml": ""}, "authn_statement"),
        ({"authn_xml": AUTHN + AUTHN}, "authn_statement"),
        ({"extra_conditions": '<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
          ' xsi:type="saml:OneTimeUseType"/>'}, "conditions"),
        ({"extra_conditions": "<saml:Surprise/>"}, "schema"),
        ({"assertion_issuer": None}, "schema"),
        ({"assertion_issuer": " "}, "issuer"),
        ({"name_id": None}, "identifier"),
        ({"in_response_to": "a b"}, "schema"),
        ({"name_id_xml": '<saml:NameID SPNameQualifier="urn:x">a@x</saml:NameID>'}, "name_id"),
        ({"name_id": ""}, "identifier"),
        ({"name_id": "   "}, "identifier"),
        ({"name_id": "a" * 400}, "identifier"),
        ({"response_id": "a:b"}, "ids"),
        ({"assertion_id": "x'y"}, "ids"),
        ({"assertion_id": ""}, "ids"),
        ({"assertion_id": "_" + "a" * 300}, "ids"),
        ({"response_id": "_same", "assertion_id": "_same"}, "ids"),
    ],
)  # fmt: skip
def test_one_wrong_detail_refuses_the_assertion(
    acme: Trust, forge: Forge, bend: dict[str, Any], check: str
) -> None:
    if bend.get("not_on_or_after") == "":
        bend = {"conditions_xml": '<saml:Conditions NotOnOrAfter=""/>'}
    if bend.get("destination") == "":
        bend = {"destination": " "}

    acme.refuse(forge.but(**bend, sign="response"), check)


def _confirmation(acs_url: str, attributes: str = "") -> str:
    return (
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<saml:SubjectConfirmationData Recipient="{acs_url}" '
        f'NotOnOrAfter="{instant(NOW + timedelta(minutes=5))}"{attributes}/>'
        "</saml:SubjectConfirmation>"
    )


@pytest.mark.parametrize("first", [' InResponseTo="_other"', ""])
def test_of_several_confirmations_the_one_that_answers_our_request_counts(
    acme: Trust, forge: Forge, first: str
) -> None:
    ours = _confirmation(forge.acs_url, ' InResponseTo="_asked"')
    other = _confirmation(forge.acs_url, first)

    for both in (other + ours, ours + other):
        answer = forge.but(in_response_to="_asked", confirmation_xml=both)
        assert acme.asked().accept(answer).request is not None


@pytest.mark.parametrize("first", ["", ' InResponseTo="_other"'])
def test_two_confirmations_of_which_none_answers_our_request_are_refused(
    acme: Trust, forge: Forge, first: str
) -> None:
    both = _confirmation(forge.acs_url, first) + _confirmation(
        forge.acs_url, ' InResponseTo="_third"'
    )

    acme.asked().refuse(forge.but(in_response_to="_asked", confirmation_xml=both), "in_response_to")


@pytest.mark.parametrize("skew", [0, 60])
def test_the_tenants_clock_skew_decides(acme: Trust, forge: Forge, skew: int) -> None:
    trust = acme.but(policy=Policy(clock_skew=timedelta(seconds=skew)))
    forged = forge.but(
        not_on_or_after=instant(NOW - timedelta(seconds=30)),
        confirmation_not_on_or_after=instant(NOW - timedelta(seconds=30)),
    )

    if skew:
        trust.accept(forged)
    else:
        trust.refuse(forged, "not_on_or_after")


def test_a_status_that_is_no_success_says_what_the_identity_provider_said(
    acme: Trust, forge: Forge
) -> None:
    status = (
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder">'
        '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/>'
        "</samlp:StatusCode><samlp:StatusMessage>Not assigned</samlp:StatusMessage></samlp:Status>"
    )

    error = acme.refuse(forge.but(status_xml=status), "status")

    assert error.got == "Responder, RequestDenied: Not assigned"


def test_a_failure_needs_no_assertion_to_be_explained(acme: Trust) -> None:
    xml = (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" '
        'IssueInstant="2026-05-03T09:30:00Z"><samlp:Status><samlp:StatusCode '
        'Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status></samlp:Response>'
    )

    assert acme.refuse(xml, "status").got == "Responder"


@pytest.mark.parametrize("code", ["urn:x:Success", "success", ""])
def test_only_the_exact_success_is_success(acme: Trust, forge: Forge, code: str) -> None:
    acme.refuse(forge.but(status=code), "status")


def test_a_missing_status_is_refused(acme: Trust, forge: Forge) -> None:
    acme.refuse(forge.but(status_xml="<!-- none -->"), "status")


def test_an_expired_request_is_no_longer_answered(acme: Trust, forge: Forge) -> None:
    request = PendingRequest("_old", NOW - timedelta(minutes=11), NOW - timedelta(minutes=1))

    acme.but(pending=(request,)).refuse(forge.but(in_response_to="_old"), "in_response_to")


def test_a_forced_sign_in_must_be_a_new_one(acme: Trust, forge: Forge) -> None:
    issued = NOW - timedelta(minutes=1)
    request = PendingRequest("_f", issued, NOW + timedelta(minutes=9), force_authn=True)
    trust = acme.but(pending=(request,))
    old = instant(NOW - timedelta(hours=1))

    trust.accept(forge.but(in_response_to="_f"))
    trust.refuse(forge.but(in_response_to="_f", authn_instant=old), "authn_instant")


def test_idp_initiated_sign_in_can_be_switched_off(acme: Trust, forge: Forge) -> None:
    trust = acme.but(
        policy=Policy(allow_idp_initiated=False, tolerate_unsolicited_in_response_to=True)
    )

    trust.refuse(forge.but(), "idp_initiated")
    trust.refuse(forge.but(in_response_to="_bogus"), "idp_initiated")


@pytest.mark.parametrize("values", [(), ("a@x.example", "b@x.example"), ("a@x.example",) * 2])
def test_the_identifying_attribute_has_one_value(
    acme: Trust, forge: Forge, values: tuple[str, ...]
) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="mail"))

    error = trust.refuse(forge.but(attributes={"mail": values, "other": ("x",)}), "identifier")

    assert "other" in error.got


def test_a_refusal_has_the_whole_trace(acme: Trust, forge: Forge) -> None:
    error = acme.refuse(forge.but(audiences=(("urn:x",),)), "audience")

    passed = [check.check for check in error.trace if check.passed]
    assert passed[0] == "shape"
    assert "signature" in passed
    assert "issuer" in passed
    assert error.trace[-1].got == "urn:x"
    assert "Audience" in error.message()


def test_what_a_stranger_posted_is_shown_escaped(acme: Trust, forge: Forge) -> None:
    error = acme.refuse(forge.but(recipient="https://x/\u202e\u0085" + "a" * 900), "recipient")

    assert "\u202e" not in error.got
    assert len(error.got) < 400
