"""Reading a logo that somebody uploaded: pixels are kept, and nothing else of the file.

What is stored is painted anew, so that no script, no comment and no second file in it is ever sent
to anybody.
"""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from warnings import catch_warnings, simplefilter

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import AccountError

FORMATS: Final = ("PNG", "JPEG", "WEBP")
LONGEST_FILE: Final = 2 * 1024 * 1024
LONGEST_SIDE: Final = 2048
"""Pixels; unpacked such a picture has 16 MiB."""
SHORTEST_SIDE: Final = 32
LARGE: Final = 128
"""Pixels: what is shown at 44 px is sharp on every screen."""
SMALL: Final = 64
"""Pixels, in mails and beside a name."""
WAIT_SECONDS: Final = 10.0
"""For the picture of somebody else; one of the longest side takes up to a fifth of a second."""
_READER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="logos")
"""Unpacks one picture at a time, in one thread: what it has freed is there for the next one.

Each thread of a server would keep the room that it had needed once.
"""
_UNREADABLE: Final = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError),
    *(struct.error, zlib.error, MemoryError, Image.DecompressionBombError),
    Image.DecompressionBombWarning,
)
"""What decoders raise for a file that is broken, cut off or made to break them."""


class LogoError(AccountError):
    """The file is no logo that can be shown; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A square logo as PNG, in both sizes."""

    large: bytes
    small: bytes


def read_logo(data: bytes) -> Logo:
    """Return the logo in a PNG, JPEG or WebP file, painted anew on a transparent square.

    Raises:
        LogoError: It is another kind of file, or broken, too large, too small or animated; or too
            many are read just now.
    """
    if len(data) > LONGEST_FILE:
        raise LogoError(_("The file is larger than 2 MB. Save a smaller picture."))
    read = _READER.submit(copy_context().run, _read, data)
    try:
        return read.result(timeout=WAIT_SECONDS)
    except TimeoutError:
        read.cancel()
        raise LogoError(
            _("Many pictures are being read just now. Send yours again in a minute.")
        ) from None


def _read(data: bytes) -> Logo:
    with catch_warnings():
        simplefilter("error", Image.DecompressionBombWarning)
        try:
            square = _square(data)
        except UnidentifiedImageError:
            raise LogoError(
                _(
                    "This is no PNG, JPEG or WebP picture. Save the logo as PNG; SVG is not taken, "
                    "because it can hold script."
                )
            ) from None
        except _UNREADABLE:
            raise LogoError(
                _("The picture cannot be read: the file is damaged. Save it anew as PNG.")
            ) from None
    return Logo(large=_as_png(square, LARGE), small=_as_png(square, SMALL))


def _square(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as picture:
        # Only its head is read so far: nothing large was made room for.
        _require_fitting(picture)
        picture.draft("RGB", (LARGE * 2, LARGE * 2))
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        plain = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    plain.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (LARGE, LARGE))
    square.paste(plain, ((LARGE - plain.width) // 2, (LARGE - plain.height) // 2))
    return square


def _require_fitting(picture: Image.Image) -> None:
    if getattr(picture, "n_frames", 1) > 1:
        raise LogoError(_("The picture is animated. Save one of its frames as PNG."))
    if max(picture.size) > LONGEST_SIDE:
        raise LogoError(
            _("The picture is larger than %(n)s pixels a side. Save a smaller one.")
            % {"n": LONGEST_SIDE}
        )
    if min(picture.size) < SHORTEST_SIDE:
        raise LogoError(
            _("The picture is smaller than %(n)s pixels a side. Save a larger one.")
            % {"n": SHORTEST_SIDE}
        )


def _as_png(square: Image.Image, size: int) -> bytes:
    out = BytesIO()
    scaled = (
        square if square.width == size else square.resize((size, size), Image.Resampling.LANCZOS)
    )
    scaled.save(out, "PNG", optimize=True)
    return out.getvalue()
