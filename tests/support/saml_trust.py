"""A tenant's trust in a forging identity provider, ready to judge what it forges."""

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from cryptography import x509

from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.parties import (
    IdentityProvider,
    KeyPair,
    PendingRequest,
    Policy,
    ServiceProvider,
)
from saml_sso.protocol.response import Assertion, validate_response
from tests.support.saml import (
    Forge,
    PrivateKey,
    certificate,
    pem,
    private_key,
    private_pem,
)

NOW = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
ACS_URL = "https://gatehouse.example/saml/acme"
SLO_URL = "https://gatehouse.example/saml/acme/logout"
IDP_ENTITY_ID = "https://idp.example/metadata"


@lru_cache(maxsize=8)
def service_provider_keys(name: str = "sp") -> KeyPair:
    """Return a key pair of ours, made once in this process for each name."""
    key = private_key("rsa2048", name)
    return KeyPair(private_pem(key), pem(certificate(key, name=name)))


@dataclass(frozen=True)
class Trust:
    """What a tenant configured, the clock, and requests that wait for an answer."""

    sp: ServiceProvider
    idp: IdentityProvider
    forge: Forge
    policy: Policy = field(default_factory=Policy)
    now: datetime = NOW
    pending: tuple[PendingRequest, ...] = ()

    def accept(self, message: Forge | str, *, used: frozenset[str] = frozenset()) -> Assertion:
        """Return what the message says; refusals are failures of the test."""
        posted = message.encoded() if isinstance(message, Forge) else encode(message)
        return self.accept_field(posted, used=used)

    def accept_field(self, posted: str, *, used: frozenset[str] = frozenset()) -> Assertion:
        """Return what the form field SAMLResponse says, exactly as it is posted."""
        return validate_response(
            encoded=posted,
            sp=self.sp,
            idp=self.idp,
            policy=self.policy,
            now=self.now,
            pending_request={request.id: request for request in self.pending}.get,
            seen=lambda key: key.assertion_id in used,
        )

    def refuse(
        self, message: Forge | str, *checks: str, used: frozenset[str] = frozenset()
    ) -> MessageError:
        """Return the refusal, which must be by one of ``checks`` and teach."""
        posted = message.encoded() if isinstance(message, Forge) else encode(message)
        return self.refuse_field(posted, *checks, used=used)

    def refuse_field(
        self, posted: str, *checks: str, used: frozenset[str] = frozenset()
    ) -> MessageError:
        """Return the refusal of a form field, exactly as it is posted."""
        with pytest.raises(MessageError) as refusal:
            self.accept_field(posted, used=used)
        error = refusal.value
        assert error.check in checks, error.message()
        assert error.remedy
        assert error.expected
        assert error.trace[-1].check == error.check
        assert not error.trace[-1].passed
        return error

    def but(
        self,
        *,
        sp: ServiceProvider | None = None,
        idp: IdentityProvider | None = None,
        policy: Policy | None = None,
        now: datetime | None = None,
        pending: tuple[PendingRequest, ...] | None = None,
    ) -> "Trust":
        """Return a copy with changes."""
        return replace(
            self,
            sp=sp or self.sp,
            idp=idp or self.idp,
            policy=policy or self.policy,
            now=now or self.now,
            pending=self.pending if pending is None else pending,
        )

    def trusting(self, *pems: str) -> "Trust":
        """Return a copy that trusts the certificates ``pems`` instead."""
        certificates = tuple(describe_certificate(one) for one in pems)
        return self.but(idp=replace(self.idp, certificates=certificates))

    def with_key(self, key: PrivateKey) -> "Trust":
        """Return a copy whose identity provider signs with ``key`` and is trusted for it."""
        cert = certificate(key)
        return replace(self.trusting(pem(cert)), forge=replace(self.forge, key=key, cert=cert))

    def asked(self, request_id: str = "_asked") -> "Trust":
        """Return a copy with one request that waits for its answer."""
        issued = self.now - timedelta(minutes=1)
        request = PendingRequest(request_id, issued, issued + timedelta(minutes=10))
        return self.but(pending=(request,))


def encode(xml: str) -> str:
    """Return ``xml`` as the form field SAMLResponse."""
    return base64.b64encode(xml.encode()).decode()


def acme_trust() -> Trust:
    """Return the trust of the tenant Acme, with everything right."""
    key = private_key()
    cert = _certificate_of_idp()
    sp = ServiceProvider(ACS_URL, ACS_URL, SLO_URL, (service_provider_keys(),))
    idp = IdentityProvider(IDP_ENTITY_ID, (describe_certificate(pem(cert)),))
    forge = Forge(
        entity_id=IDP_ENTITY_ID,
        sp_entity_id=ACS_URL,
        acs_url=ACS_URL,
        key=key,
        cert=cert,
        now=NOW,
    )
    return Trust(sp, idp, forge)


@lru_cache(maxsize=1)
def _certificate_of_idp() -> x509.Certificate:
    return certificate(private_key())
