"""What a page showed before anything is done, and the key that what comes of it will have.

Both go with the button, sealed: what would be other than it was shown is shown once more, and a
button that is pressed twice leads to what the first press began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.core import signing

from accounts.identifiers import read_uuid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

SEEN: Final = "seen"
"""The field that the button brings it in."""
_SALT: Final = "accounts.posted_forms.previews"


def seal_preview(about: Sequence[Any], *, page: str) -> str:
    """Return what ``page`` shows, as JSON has it, with a key that nothing has yet."""
    return signing.dumps([str(uuid4()), *about], salt=f"{_SALT}:{page}", compress=True)


def read_preview(sealed: str, *, page: str) -> tuple[UUID | None, list[Any]]:
    """Return the key, and what ``page`` showed; no key if it is not what that page has sealed."""
    try:
        key, *about = signing.loads(sealed, salt=f"{_SALT}:{page}")
    except signing.BadSignature:
        return None, []
    return read_uuid(key), about
