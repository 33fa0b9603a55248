"""A tenant's colour, moved until everybody can read it; pure.

The hue stays, and with it the saturation; the lightness moves as little as it must until text in
the colour, and text on it, reach a contrast of 4.5 (WCAG 2.2, 1.4.3) in both themes.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_CONTRAST: Final = 4.5
NEAR_BAD_DEGREES: Final = 20
GROUNDS: Final = {
    "light": ("#ffffff", "#fafbfc", "#f2f4f7"),
    "dark": ("#171b24", "#11141b", "#1e2430"),
}
"""On what it stands: ``--gh-surface``, ``--gh-ground`` and ``--gh-sunken`` of each theme."""
BAD: Final = "#b0261f"
"""``--gh-bad``: what deletes."""
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_STEPS: Final = 200
_GREY: Final = 0.1
"""Saturation below which nobody sees a hue."""
_SOFT_SATURATION: Final = 0.6


@dataclass(frozen=True, slots=True)
class Shades:
    """What one theme has in place of Gatehouse's own four."""

    brand: str
    strong: str
    soft: str
    on_brand: str


@dataclass(frozen=True, slots=True)
class Palette:
    """The shades of both themes."""

    light: Shades
    dark: Shades


def is_colour(text: str) -> bool:
    """Whether ``text`` is a colour as ``#86295f``, in lower case."""
    return _COLOUR.fullmatch(text) is not None


def palette_of(colour: str) -> Palette:
    """Return the shades of ``colour``.

    >>> palette_of("#86295f").light.brand
    '#86295f'
    >>> palette_of("#ffff00").light.brand
    '#737300'
    """
    hue, lightness, saturation = _hls(colour)
    pale, deep = min(saturation, _SOFT_SATURATION), min(saturation, 0.5)
    soft = _hex(hue, 0.955, pale)
    light = _first_readable(hue, lightness, saturation, -1, (*GROUNDS["light"], soft))
    dark_soft = _hex(hue, 0.14, deep)
    # On a dark ground a colour that only just reads is tiring, so it begins well above it.
    start = max(lightness, 0.7)
    dark = _first_readable(hue, start, saturation, 1, (*GROUNDS["dark"], dark_soft))
    return Palette(
        light=Shades(
            _hex(hue, light, saturation),
            _hex(hue, max(light - 0.09, 0), saturation),
            soft,
            "#ffffff",
        ),
        dark=Shades(
            _hex(hue, dark, saturation),
            _hex(hue, min(dark + 0.08, 1), saturation),
            dark_soft,
            _on_dark(hue, dark, saturation),
        ),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def looks_like_deletion(colour: str) -> bool:
    """Whether the hue is within 20° of what deletes.

    >>> looks_like_deletion("#c02020"), looks_like_deletion("#86295f")
    (True, False)
    """
    hue, _lightness, saturation = _hls(colour)
    apart = abs(hue - _hls(BAD)[0]) * 360
    return saturation >= _GREY and min(apart, 360 - apart) <= NEAR_BAD_DEGREES


def style_sheet(colour: str) -> str:
    """Return the style sheet that gives ``.gh-branded`` the shades of ``colour``."""
    palette = palette_of(colour)
    pairs = {
        "brand": (palette.light.brand, palette.dark.brand),
        "brand-strong": (palette.light.strong, palette.dark.strong),
        "brand-soft": (palette.light.soft, palette.dark.soft),
        "on-brand": (palette.light.on_brand, palette.dark.on_brand),
    }
    lines = [
        f"  --gh-{name}: light-dark({light}, {dark});" for name, (light, dark) in pairs.items()
    ]
    return "\n".join([".gh-branded {", *lines, "}", ""])


def _first_readable(
    hue: float, lightness: float, saturation: float, towards: int, grounds: Iterable[str]
) -> float:
    """Return the lightness nearest to ``lightness`` that is readable on every ground."""
    step = 0
    while True:
        moved = min(max(lightness + towards * step / _STEPS, 0), 1)
        shade = _hex(hue, moved, saturation)
        if min(contrast(shade, ground) for ground in grounds) >= LEAST_CONTRAST:
            return moved
        step += 1


def _on_dark(hue: float, lightness: float, saturation: float) -> str:
    """Return what is written on the colour of the dark theme: nearly black, of the same hue."""
    written = _first_readable(
        hue, 0.14, min(saturation, 0.6), -1, [_hex(hue, lightness, saturation)]
    )
    return _hex(hue, written, min(saturation, 0.6))


def _hls(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)


def _hex(hue: float, lightness: float, saturation: float) -> str:
    parts = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
