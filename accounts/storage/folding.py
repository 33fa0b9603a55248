"""Texts of our own, folded as searched columns are (:mod:`accounts.models.searched_text`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDED: Final = """
SELECT accounts_folded(text) FROM unnest(%s::text[]) WITH ORDINALITY AS given(text, place)
ORDER BY place
"""


def folded(texts: Sequence[str]) -> list[str]:
    """Return ``texts`` without letter case and accents, with one statement for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLDED, [list(texts)])
        return [text for (text,) in cursor.fetchall()]
