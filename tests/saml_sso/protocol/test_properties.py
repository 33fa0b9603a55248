"""Whatever arrives, the answer is an assertion or a refusal that teaches, never another error."""

import base64
import contextlib
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saml_sso.protocol.bindings import read_redirect
from saml_sso.protocol.certificates import read_certificates
from saml_sso.protocol.errors import SAMLError
from saml_sso.protocol.identifiers import normalize_identifier
from saml_sso.protocol.instants import format_instant, parse_instant
from saml_sso.protocol.logout import read_logout_request
from saml_sso.protocol.metadata import read_metadata
from saml_sso.protocol.response import Assertion
from tests.support.saml import der, pem
from tests.support.saml_redirect import deflated
from tests.support.saml_trust import NOW, acme_trust, service_provider_keys

ACME = acme_trust()
RESPONSE = ACME.forge.but(sign="both").xml()
SEALED = ACME.forge.but(encrypt_to=service_provider_keys().certificate_pem).xml()
SNIPPETS = ["<", ">", "&", '"', "<!--", "]]>", "<a>", "\x00", "\u202e", "=", "#", "xmlns", "ID"]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def _mutations(draw: st.DrawFn, original: str) -> str:
    """Return ``original`` with up to four places cut out or overwritten."""
    text = original
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 60))
        insert = draw(st.one_of(st.text(max_size=8), st.sampled_from(SNIPPETS)))
        text = text[:at] + insert + text[at + length :]
    return text


def _answer(posted: str) -> Assertion | SAMLError:
    try:
        return ACME.accept_field(posted)
    except SAMLError as error:
        return error


@QUICK
@given(st.one_of(st.text(), st.binary().map(lambda b: base64.b64encode(b).decode())))
def test_any_field_is_answered(posted: str) -> None:
    assert isinstance(_answer(posted), SAMLError)


@QUICK
@given(_mutations(RESPONSE))
def test_a_mutated_response_never_names_somebody_else(xml: str) -> None:
    posted = base64.b64encode(xml.encode("utf-8", "surrogatepass")).decode()

    answer = _answer(posted)

    assert isinstance(answer, SAMLError) or answer.identifier == "ada@acme.example"


@QUICK
@given(_mutations(SEALED))
def test_a_mutated_encrypted_response_never_names_somebody_else(xml: str) -> None:
    posted = base64.b64encode(xml.encode("utf-8", "surrogatepass")).decode()

    answer = _answer(posted)

    assert isinstance(answer, SAMLError) or answer.identifier == "ada@acme.example"


@QUICK
@given(st.one_of(st.binary(), _mutations(pem(ACME.forge.cert)).map(str.encode)))
def test_any_certificate_file_is_answered(data: bytes) -> None:
    with contextlib.suppress(SAMLError):
        assert read_certificates(data, now=NOW).certificates


@QUICK
@given(st.integers(0, 900), st.binary(max_size=4))
def test_any_damaged_der_is_answered(at: int, insert: bytes) -> None:
    data = der(ACME.forge.cert)

    with contextlib.suppress(SAMLError):
        damaged = data[:at] + insert + data[at + len(insert) :]
        assert read_certificates(damaged, now=NOW).certificates


@QUICK
@given(
    st.one_of(
        st.binary(),
        _mutations(
            '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            "<KeyDescriptor/></IDPSSODescriptor></EntityDescriptor>"
        ).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_any_metadata_is_answered(data: bytes) -> None:
    with contextlib.suppress(SAMLError):
        assert read_metadata(data, now=NOW)


@QUICK
@given(
    st.one_of(
        st.text(),
        st.text().map(lambda text: f"SAMLRequest={text}&SigAlg={text}&Signature={text}"),
        st.text().map(lambda text: f"SAMLRequest={deflated('<a/>')}&SigAlg=x&Signature={text}"),
    )
)
def test_any_query_is_answered(query: str) -> None:
    with contextlib.suppress(SAMLError):
        incoming = read_redirect(query)
        read_logout_request(incoming, sp=ACME.sp, idp=ACME.idp, policy=ACME.policy, now=NOW)


@given(st.text())
def test_an_accepted_identifier_is_stable(text: str) -> None:
    with contextlib.suppress(SAMLError):
        identifier = normalize_identifier(text, source="NameID")

        assert normalize_identifier(identifier, source="NameID") == identifier
        assert not set(identifier) & set("\t\n\u200b")


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_written_instant_is_read_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)

    if whole.year >= 1000:
        assert parse_instant(format_instant(whole)) == whole


@given(st.text())
def test_any_text_is_an_instant_or_none(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_instant(text).tzinfo is UTC
