"""The two tabs of the page: which one it opens, and where one goes back to.

What the fragment of an address points at opens its tab in the browser, without a script; here is
only said what is open when it points at nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse

from console.saml_and_scim.guides.showing import with_guide

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest

SCIM: Final = "scim"
"""The name of the second tab: the fragment of its address, and what its *Save* sends."""
_FIELDS_OF_SCIM: Final = frozenset({"enable_scim"})


def opens_scim(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the page opens the tab of SCIM: all that is wrong is there, or *Save* was."""
    wrong = form.errors.keys() - {NON_FIELD_ERRORS}
    return wrong <= _FIELDS_OF_SCIM if wrong else request.POST.get("part") == SCIM


def page_url(request: HttpRequest, *, part: str = "") -> str:
    """Return the address of the page with ``part`` open, and the guide that was open."""
    page = with_guide(request, reverse("console:saml-and-scim"))
    return f"{page}#{part}" if part else page
