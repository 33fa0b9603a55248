"""Warn of credentials that expire soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from accounts.services.expiry import warn_of_expiring_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Mail each tenant's System admin email, or all its system admins without one, 60, 30, 14, "
        "7 and 1 days before a credential expires, once each: SCIM tokens, certificates of the "
        "identity provider, our own SAML key. Workers do so daily."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        return warn_of_expiring_credentials()
