"""Attributes that came in a response: which there are, and using one by click."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saml_sso.models import IdentityProviderSettings
from saml_sso.services.attempts import sealed_detail
from saml_sso.services.switches import Choices, save_choices

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.models import SignInAttempt

HIDDEN: Final = "•••"
ATTRIBUTE_USES: Final = (
    ("identifier_attribute", gettext_lazy("identifier")),
    ("given_name_attribute", gettext_lazy("given name")),
    ("family_name_attribute", gettext_lazy("family name")),
    ("display_name_attribute", gettext_lazy("display name")),
)
_LONGEST = 500


def masked_attributes(attempt: SignInAttempt) -> list[tuple[str, str]]:
    """Return the names of the attributes that came, and something in place of their values."""
    return [(name, HIDDEN) for name in sealed_detail(attempt)["attributes"]]


def use_attribute(*, tenant: Tenant, use: str, attribute: str) -> str:
    """Take ``attribute`` for ``use`` from now on, and return a sentence that says so.

    Raises:
        Http404: There is no such use.
    """
    if use not in dict(ATTRIBUTE_USES):
        raise Http404
    row = IdentityProviderSettings.objects.get()
    changed: dict[str, Any] = {use: attribute[:_LONGEST]}
    save_choices(tenant=tenant, choices=replace(Choices.of(row), **changed))
    return _("“%(attribute)s” is used from now on. Test again.") % {"attribute": attribute}
