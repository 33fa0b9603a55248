"""Tells the server whose a request turned out to be, so that tenants share it fairly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.http import HttpRequest

CALLER: Final = "gatehouse.caller"
"""The key in a request's environment; absent until somebody has proved who they are."""

OPERATORS: Final = "operators"


def name_caller(request: HttpRequest, tenant_id: int | None) -> None:
    """Say that the credential of ``request`` belongs to this tenant, or to an operator.

    Only what a credential has proved may be named: whoever guesses a password must not wait in the
    queue of the tenant whose address they type.
    """
    request.META[CALLER] = OPERATORS if tenant_id is None else f"tenant {tenant_id}"
