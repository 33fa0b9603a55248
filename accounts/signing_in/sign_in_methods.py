"""How a session can have begun, in words for people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

BY_PASSWORD: Final = frozenset({"password", "invitation"})
"""Sessions that a password stands behind: whoever follows an invitation has just chosen one."""
METHOD_NAMES: Final = {
    "password": _("Password"),
    "saml": _("SAML"),
    "invitation": _("Invitation"),
    "break_glass": _("Break-glass link"),
    "recovery_code": _("Recovery code"),
}


def method_name(method: str) -> str:
    """Return the name of a session's ``method``; an unknown one stands for itself."""
    return str(METHOD_NAMES.get(method, method)) or "-"
