"""The components that hold what a page gives them; every template knows their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def banner(content: SafeString, kind: str = "", *, is_urgent: bool = False) -> SafeString:
    """Return a banner around ``content``, which is paragraphs; see its template."""
    context = {"content": content, "kind": kind, "is_urgent": is_urgent}
    return render_to_string("components/banner.html", context)
