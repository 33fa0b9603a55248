"""Forget SAML messages and attempts that are old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from saml_sso.services.pruning import prune_saml

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Delete used assertions and pending sign-ins that expired, and sign-in attempts older "
        "than 90 days. Workers do so every hour."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        return prune_saml()
