"""Reading the form in which an identity provider posts, and the address it should not use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from saml_sso.protocol.errors import MessageError

if TYPE_CHECKING:
    from django.http import HttpRequest

# Half a megabyte in base64 with some of it percent-encoded.
LARGEST_FORM = 1_000_000
MOST_ESCAPES = 60_000
LARGEST_DISCARDED = 20_000_000
BROKEN_FORM = (
    SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError, ValueError,
)  # fmt: skip
"""What Django raises for a form that is too large, cut off, or in another encoding."""
_CHUNK = 65_536
_MESSAGES: Final = ("SAMLResponse", "SAMLart", "SAMLRequest")


def posted_response(request: HttpRequest) -> str:
    """Return the one field SAMLResponse of a posted form.

    Raises:
        MessageError: Check ``form``: there is no such form.
    """
    try:
        size = int(request.headers.get("Content-Length") or 0)
        if size > LARGEST_FORM:
            _discard_body(request)
        # Base64 needs an escape for every twentieth letter or so; decoding each takes its time.
        is_usual = size <= LARGEST_FORM and request.body.count(b"%") <= MOST_ESCAPES
        found = request.POST.getlist("SAMLResponse") if is_usual else None
    except BROKEN_FORM:
        found = None
    if found is None:
        raise _no_form("a form that is too large or broken")
    encoded = [str(value) for value in found if value]
    if len(found) > 1 or not encoded:
        raise _no_form(f"{len(found)} such fields" if encoded else "nothing")
    return encoded[0]


def _no_form(got: str) -> MessageError:
    return MessageError(
        "form",
        expected="a form with one field SAMLResponse, of a usual size",
        got=got,
        remedy="Set the binding of the ACS URL (also: Response binding, Protocol binding) to "
        "HTTP-POST at the identity provider.",
    )


def _discard_body(request: HttpRequest) -> None:
    """Let the browser finish sending: one that is cut off shows no answer."""
    left = LARGEST_DISCARDED
    while left > 0 and (chunk := request.read(_CHUNK)):
        left -= len(chunk)


def message_in_address(request: HttpRequest) -> MessageError | None:
    """Return why nothing follows from a message in the address, or nothing when there is none.

    A sign-in that comes by redirect or as an artifact must not look like somebody who opens the
    sign-on page: they would be sent to the identity provider again, and back, for ever.
    """
    found = [name for name in _MESSAGES if name in request.GET]
    if not found:
        return None
    return MessageError(
        "binding",
        expected="a form that is posted with the field SAMLResponse (HTTP-POST binding)",
        got=f"{' and '.join(found)} in the address",
        remedy="Set the binding of the ACS URL (also: Response binding, Protocol binding) to "
        "HTTP-POST at the identity provider; HTTP-Redirect and HTTP-Artifact cannot bring a "
        "sign-in. Logout messages go to the single logout URL of step 1.",
    )
