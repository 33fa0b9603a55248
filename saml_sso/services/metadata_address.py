"""Reading an identity provider's metadata from the address that an admin typed."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from accounts.outgoing.documents import fetch_document
from accounts.outgoing.errors import FetchError
from saml_sso.protocol.metadata import METADATA_LIMITS

MEDIA_TYPE: Final = "application/samlmetadata+xml"


def fetch_metadata(url: str) -> bytes:
    """Return the document at ``url``, at most 1 MB of it.

    Raises:
        FetchError: As :func:`~accounts.outgoing.documents.fetch_document` does; the message also
            says that the file can be uploaded.
    """
    try:
        return fetch_document(url, most_bytes=METADATA_LIMITS.size, accept=MEDIA_TYPE)
    except FetchError as error:
        raise FetchError(
            _("%(problem)s You can upload the metadata file instead.") % {"problem": error}
        ) from error
