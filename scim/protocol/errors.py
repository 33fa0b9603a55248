"""SCIM errors: one class per ``scimType`` of RFC 7644, Table 9, and RFC 9865, and per status."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from scim.protocol import urns


class SCIMError(Exception):
    """A failure that the client is told about (RFC 7644, Section 3.12).

    ``detail`` is one or two sentences for the person who reads the client's log: what is
    wrong, where, and what to send instead.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    scim_type: ClassVar[str] = ""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def to_message(self) -> dict[str, object]:
        """Return the Error message; ``status`` is a string there, as the RFC demands.

        >>> NotFoundError("No such user.").to_message()["status"]
        '404'
        """
        message: dict[str, object] = {
            "schemas": [urns.ERROR],
            "status": str(self.status.value),
            "detail": self.detail,
        }
        if self.scim_type:
            message["scimType"] = self.scim_type
        return message


class InvalidFilterError(SCIMError):
    """The filter cannot be parsed, or compares an attribute in an unsupported way."""

    scim_type = "invalidFilter"


class TooManyError(SCIMError):
    """The request asks for more than the server is willing to work on."""

    scim_type = "tooMany"


class UniquenessError(SCIMError):
    """A value that must be unique is already in use."""

    status = HTTPStatus.CONFLICT
    scim_type = "uniqueness"


class MutabilityError(SCIMError):
    """The change is not compatible with the attribute's mutability or current state."""

    scim_type = "mutability"


class InvalidSyntaxError(SCIMError):
    """The body is not a message of the kind the endpoint expects."""

    scim_type = "invalidSyntax"


class InvalidPathError(SCIMError):
    """The ``path`` of a PATCH operation is malformed or names an unknown attribute."""

    scim_type = "invalidPath"


class NoTargetError(SCIMError):
    """The ``path`` of a PATCH operation selects nothing that could be changed."""

    scim_type = "noTarget"


class InvalidValueError(SCIMError):
    """A required value is missing, or a value does not fit its attribute."""

    scim_type = "invalidValue"


class InvalidCursorError(SCIMError):
    """The cursor was not made here, or was made for another query (RFC 9865, Section 2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursorError(SCIMError):
    """The cursor is older than ``cursorTimeout`` (RFC 9865, Section 2.1)."""

    scim_type = "expiredCursor"


class InvalidCountError(SCIMError):
    """``count`` of a cursor query is not a number (RFC 9865, Section 2.1)."""

    scim_type = "invalidCount"


class MalformedRequestError(SCIMError):
    """The request itself, whatever its body says, is none that a server can take."""


class UnauthorizedError(SCIMError):
    """The request carries no token that is alive."""

    status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(SCIMError):
    """The token is known, and this is not allowed to it."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(SCIMError):
    """No such resource or endpoint in this tenant.  Table 9 has no keyword for it."""

    status = HTTPStatus.NOT_FOUND


class MethodNotAllowedError(SCIMError):
    """The endpoint exists and does not offer this method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED


class NotAcceptableError(SCIMError):
    """The client accepts no media type that SCIM can be sent in."""

    status = HTTPStatus.NOT_ACCEPTABLE


class ConflictError(SCIMError):
    """The request contradicts the state of the server, for a reason other than uniqueness."""

    status = HTTPStatus.CONFLICT


class PreconditionFailedError(SCIMError):
    """The resource changed since the client read it (RFC 7644, Section 3.14)."""

    status = HTTPStatus.PRECONDITION_FAILED


class PayloadTooLargeError(SCIMError):
    """The body or its number of operations is over an announced limit (Section 3.7.4)."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaTypeError(SCIMError):
    """The body is neither ``application/scim+json`` nor ``application/json``."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class TooManyRequestsError(SCIMError):
    """The token is over its rate limit; ``retry_after`` is in whole seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class ServiceUnavailableError(SCIMError):
    """The request can be served later as it is; ``retry_after`` is in whole seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class InternalServerError(SCIMError):
    """The server failed; the reason is in its own log only."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class NotImplementedInSCIMError(SCIMError):
    """The RFC allows the request and this server does not offer it."""

    status = HTTPStatus.NOT_IMPLEMENTED
