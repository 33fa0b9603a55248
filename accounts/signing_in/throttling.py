"""Whose failed sign-ins count together.

One address from one client pauses after ten failures (``AXES_FAILURE_LIMIT``).  An address that is
tried from many places, and a client that tries many addresses, are slowed only in browsers that
nobody of the address has ever signed in with, and for passwords only: recovery codes and identity
providers let people in all the same.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django.db.models import Q, Sum
from typing_extensions import override

from accounts.signing_in.devices import knows_one_of
from accounts.signing_in.sessions import COLUMNS_KEY
from accounts.storage.finding import accounts_of
from accounts.storage.retention import erase_address
from naming.addresses import compared_address

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User
    from accounts.storage.retention import Departed

MOST_FOR_AN_ADDRESS: Final = 30
MOST_FROM_A_CLIENT: Final = 60
"""Failures within the pause after which browsers that are not known are slowed."""

_LONGEST_NAME: Final = 255
_NETWORK_OF_A_CLIENT: Final = 64
_METHODS: Final = frozenset({"password", "recovery_code"})
"""Of the ways to sign in, those whose failures are counted."""


def throttled_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the address that is tried, as sign-in compares it (``AXES_USERNAME_CALLABLE``).

    Otherwise every way to write an address would have attempts of its own.
    """
    name = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request else ""
    )
    return compared_address(str(name).strip())[:_LONGEST_NAME]


def client_address(request: HttpRequest) -> str | None:
    """Return what counts as one client (``AXES_CLIENT_IP_CALLABLE``): of IPv6 a network of /64."""
    text = request.META.get("REMOTE_ADDR") or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _NETWORK_OF_A_CLIENT), strict=False).network_address)
    return str(address)


class SignInThrottle(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts failures, and forgets them when the same way to sign in succeeds (``AXES_HANDLER``).

    Somebody who comes from their identity provider proves nothing about who tries passwords.
    """

    @override
    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return the failures that count here: as many as are too many if this is slowed."""
        failures: int = super().get_failures(request, credentials)
        limit: int = get_failure_limit(request, credentials)
        if failures < limit and _is_slowed(request, credentials or {}):
            return limit
        return failures

    @override
    def user_logged_in(
        self, sender: object, request: HttpRequest, user: User, **kwargs: Any
    ) -> None:
        if request.session.get(COLUMNS_KEY, {}).get("method") in _METHODS:
            super().user_logged_in(sender, request, user, **kwargs)


def erase_failures(departed: Departed) -> None:
    """Forget who failed to sign in, or was let try again, with names of somebody who is erased."""
    called = {*departed.user_names, *departed.addresses}
    addresses = sorted({compared_address(each)[:_LONGEST_NAME] for each in called} - {""})
    AccessAttempt.objects.filter(username__in=addresses).delete()
    while erase_address(addresses=addresses):
        pass


def _is_slowed(request: HttpRequest, credentials: dict[str, Any]) -> bool:
    if not credentials.get("password"):
        return False
    name = throttled_name(request, credentials)
    here = Q(ip_address=getattr(request, "axes_ip_address", None))
    recent = AccessAttempt.objects.filter(
        Q(username=name) | here, attempt_time__gte=get_cool_off_threshold(request)
    )
    failures = recent.aggregate(
        address=Sum("failures_since_start", filter=Q(username=name), default=0),
        client=Sum("failures_since_start", filter=here, default=0),
    )
    is_under_attack = (
        failures["address"] >= MOST_FOR_AN_ADDRESS or failures["client"] >= MOST_FROM_A_CLIENT
    )
    return is_under_attack and not knows_one_of(request, accounts_of(name))
