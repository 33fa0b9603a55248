"""What a verified assertion proved, in a form that can wait for the browser's next request."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from accounts.secrets.secrets_digest import digest_of
from accounts.signing_in.fresh_sign_in import AUTHN_INSTANT
from saml_sso.protocol.errors import Check
from saml_sso.protocol.subject import NameID

if TYPE_CHECKING:
    from saml_sso.protocol.errors import SAMLError
    from saml_sso.protocol.response import Assertion

_NAME_ID: Final = tuple(one.name for one in fields(NameID))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The facts of one assertion; every value is JSON.

    Attributes:
        revision: Of the settings that it was verified with.
        remember_until: ISO 8601; afterwards the assertion is refused as expired anyway.
        session: What Single Logout must match later.
        session_ends: ISO 8601, if the identity provider limits the session.
        request_id: The pending request it answers, if any.
        trace: Every check made, in order.
    """

    revision: int
    issuer: str
    assertion_id: str
    identifier: str
    remember_until: str
    session: dict[str, str | None]
    session_ends: str | None = None
    request_id: str | None = None
    attributes: dict[str, list[str]] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, assertion: Assertion, *, revision: int) -> Evidence:
        """Return the facts of ``assertion``."""
        ends, name_id = assertion.session_not_on_or_after, assertion.name_id
        return cls(
            revision=revision,
            issuer=assertion.issuer,
            assertion_id=assertion.key.assertion_id,
            identifier=assertion.identifier,
            remember_until=assertion.not_on_or_after.isoformat(),
            session={
                "issuer": assertion.issuer,
                "session_index": assertion.session_index,
                AUTHN_INSTANT: assertion.authn_instant.isoformat(),
                **({name: getattr(name_id, name) for name in _NAME_ID} if name_id else {}),
            },
            session_ends=ends.isoformat() if ends else None,
            request_id=assertion.request.id if assertion.request else None,
            attributes={name: list(values) for name, values in assertion.attributes.items()},
            trace=as_json(assertion.trace),
        )

    @property
    def digest(self) -> str:
        """Stands for issuer and assertion ID in the replay store."""
        return assertion_digest(self.issuer, self.assertion_id)

    @property
    def expires(self) -> datetime:
        """Until when the assertion must be remembered as used."""
        return datetime.fromisoformat(self.remember_until)

    @property
    def session_end(self) -> datetime | None:
        """When the identity provider wants the session to be over."""
        return datetime.fromisoformat(self.session_ends) if self.session_ends else None

    def to_json(self) -> dict[str, Any]:
        """Return a mapping that :meth:`from_json` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Evidence:
        """Return what :meth:`to_json` gave."""
        return cls(**stored)


def assertion_digest(issuer: str, assertion_id: str) -> str:
    """Return the SHA-256 of an assertion's full name."""
    return message_digest(issuer, assertion_id)


def message_digest(issuer: str, message_id: str, *, kind: str = "") -> str:
    """Return the SHA-256 of what is used once; length and ``kind`` keep the parts apart."""
    name = f"{kind}{len(issuer)}:{issuer}{message_id}"
    return digest_of(name)


def as_json(trace: tuple[Check, ...]) -> list[dict[str, Any]]:
    """Return a trace as it is stored."""
    return [check._asdict() for check in trace]


def refused_with(evidence: Evidence, error: SAMLError) -> None:
    """Give ``error``, which came after the assertion was verified, the whole trace."""
    passed = (Check(**line) for line in evidence.trace)
    error.trace = (*(one for one in passed if one.check != error.check), error.as_check())
