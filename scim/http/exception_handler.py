"""Turn every failure of a SCIM view into a SCIM Error message (RFC 7644, Section 3.12)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import DataError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import APIException

from accounts import errors as accounts
from accounts.requests.outages import outage_of
from licenses.errors import LicenseError
from scim.http.authentication import challenge
from scim.http.contention import SECONDS_UNTIL_ANOTHER_TRY, lost_a_race
from scim.http.media import respond
from scim.limits import MAX_BODY
from scim.protocol import errors as scim
from scim.protocol import urns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

LOG = logging.getLogger(__name__)

_ACCOUNT_ERRORS: Final[dict[type[Exception], type[scim.SCIMError]]] = {
    accounts.UserNameTakenError: scim.UniquenessError,
    accounts.GroupNameTakenError: scim.UniquenessError,
    accounts.NameNotPermittedError: scim.InvalidValueError,
    accounts.AmbiguousAddressError: scim.ConflictError,
    accounts.LastAdminError: scim.ConflictError,
    accounts.UnknownMemberError: scim.InvalidValueError,
    accounts.GroupCycleError: scim.InvalidValueError,
    accounts.FixedGroupError: scim.MutabilityError,
    accounts.PlanError: scim.ForbiddenError,
    LicenseError: scim.ForbiddenError,
}
_ANSWERED_BY_DJANGO: Final = (
    Http404,
    SuspiciousOperation,
    BadRequest,
    MultiPartParserError,
    PermissionDenied,
    UnreadablePostError,
)
"""What Django answers itself, with a page, where a view does not."""


def scim_exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Return the Error message for ``error``; one that nobody expected is logged, not told."""
    if isinstance(error, APIException):
        message = {
            "schemas": [urns.ERROR],
            "status": str(error.status_code),
            "detail": str(error.detail),
        }
        return respond(message, error.status_code)
    refusal = as_scim_error(error)
    outage = outage_of(error)
    if outage is not None:
        LOG.error("A SCIM request was not served: %s", outage.reason)
    if refusal is None:
        LOG.error("A SCIM request failed.", exc_info=error)
        refusal = scim.InternalServerError("The server failed; its log says why. Try again later.")
    return respond(refusal.to_message(), refusal.status.value, _headers(refusal))


def as_scim_error(error: Exception) -> scim.SCIMError | None:
    """Return what a client is told about ``error``, or ``None`` when it is a fault of ours."""
    if isinstance(error, scim.SCIMError):
        return error
    if isinstance(error, _ANSWERED_BY_DJANGO):
        return _as_django_would(error)
    for kind, refusal in _ACCOUNT_ERRORS.items():
        if isinstance(error, kind):
            return refusal(str(error))
    if isinstance(error, DataError):
        return scim.InvalidValueError("A value is too long or out of range.")
    if lost_a_race(error):
        return scim.ServiceUnavailableError(
            "Others are changing the same thing at this moment. Repeat the request.",
            retry_after=SECONDS_UNTIL_ANOTHER_TRY,
        )
    return _as_outage(error)


def _as_outage(error: Exception) -> scim.ServiceUnavailableError | None:
    outage = outage_of(error)
    if outage is None:
        return None
    return scim.ServiceUnavailableError(
        "The server cannot do this at the moment. Repeat the request.",
        retry_after=outage.retry_after,
    )


def _as_django_would(error: Exception) -> scim.SCIMError:
    """Return what is said of a request that Django itself refuses; never what is in it."""
    if isinstance(error, Http404):
        return scim.NotFoundError("No such resource.")
    if isinstance(error, RequestDataTooBig):
        return scim.PayloadTooLargeError(f"The body is longer than {MAX_BODY} bytes.")
    if isinstance(error, PermissionDenied):
        return scim.ForbiddenError("This is not allowed.")
    if isinstance(error, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return scim.MalformedRequestError(f"The request has more than {most} parameters.")
    if isinstance(error, DisallowedHost):
        return scim.MalformedRequestError("The Host header names no address of this server.")
    return scim.MalformedRequestError("The request cannot be understood.")


def _headers(refusal: scim.SCIMError) -> dict[str, str]:
    if isinstance(refusal, scim.UnauthorizedError):
        return {"WWW-Authenticate": challenge(refusal)}
    if isinstance(refusal, scim.TooManyRequestsError | scim.ServiceUnavailableError):
        return {"Retry-After": str(refusal.retry_after)}
    return {}
