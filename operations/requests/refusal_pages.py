"""Pages that say a request is not served, for when there is nothing to make them with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

if TYPE_CHECKING:
    from http import HTTPStatus


@cache
def page(status: HTTPStatus) -> bytes:
    """Return the page for ``status``, which needs no database and no session."""
    return render_to_string(f"errors/{status.value}.html").encode()
