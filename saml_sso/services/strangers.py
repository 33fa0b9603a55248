"""The bounded part of the log that everything shares which carries no valid signature.

Anybody on the internet can fill a log with messages that are refused.  A wrong certificate is the
commonest mistake of a set-up all the same, and its trace is what helps.  So for each client and
reason the first and the newest are kept whole, and the rest is a count.  Beyond a number of
clients all others count as one, so that neither many messages nor many addresses displace what is
there already.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from saml_sso.models import SignInAttempt
from saml_sso.storage.strangers import write_in_place

if TYPE_CHECKING:
    from saml_sso.protocol.errors import SAMLError

FORGOTTEN_AFTER: Final = timedelta(days=7)
"""When a client that is not heard of any more makes room for another one."""
_UNKNOWN: Final = "unknown"
_PREFIX_OF_A_HOUSEHOLD: Final = 64


def carries_valid_signature(error: SAMLError) -> bool:
    """Tell whether a certificate of the tenant vouched for what was refused with ``error``."""
    return any(line.check == "signature" and line.passed for line in error.trace)


def note_stranger(attempt: SignInAttempt) -> None:
    """Write ``attempt``, which carries no valid signature, in its client's place; one statement.

    Its key is set on it.
    """
    attempt.client = client_of(attempt.ip_address)
    write_in_place(attempt)


def client_of(address: str | None) -> str:
    """Return who is told apart: an address of IPv4, or what a household has of IPv6.

    >>> client_of("198.51.100.7"), client_of("2001:db8::7")
    ('198.51.100.7', '2001:db8::/64')
    """
    if not address:
        return _UNKNOWN
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), _PREFIX_OF_A_HOUSEHOLD), strict=False))


def forget_quiet_strangers() -> None:
    """Forget the clients of which nothing came for a week, with what was kept of them."""
    noted = SignInAttempt.objects.exclude(place=None)
    limit = timezone.now() - FORGOTTEN_AFTER
    same = {name: OuterRef(name) for name in ("kind", "check_name", "client")}
    heard_of = noted.filter(at__gte=limit, **same)
    noted.filter(at__lt=limit).exclude(Exists(heard_of)).delete()
