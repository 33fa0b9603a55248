"""Addresses that browsers may be sent to."""

import ipaddress
from urllib.parse import urlsplit

from saml_sso.protocol.document import has_invisible
from saml_sso.protocol.errors import MetadataError


def require_web_address(url: str, *, service: str) -> str:
    """Return ``url``, to which browsers may be sent: https, or http on this machine only.

    Raises:
        MetadataError: Check ``address``.
    """
    address = url.strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    is_clean = not any(c.isspace() for c in address) and not has_invisible(address)
    is_plain = bool(host) and is_clean and "\\" not in address and "@" not in parts.netloc
    if is_plain and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return address
    raise MetadataError(
        "address",
        f"The address in {service} is “{address[:80]}”; browsers may only be sent to https "
        "addresses.",
        "Correct the address at your identity provider and download its metadata again.",
    )


def difference(got: str, expected: str) -> str:
    """Return a sentence, after a space, on a small difference that is hard to see; or nothing.

    Addresses are compared letter by letter, because a shorter or similar one may be another
    tenant's; what is nearly right is refused, too, and people want to know why.

    >>> difference("https://gate.example/saml/acme", "https://gate.example/saml/acme/")
    ' Its final slash is missing there, and it counts.'
    """
    if got == expected:
        return ""
    if f"{got}/" == expected:
        return " Its final slash is missing there, and it counts."
    if got == f"{expected}/":
        return " There is one slash too many at its end."
    if got.replace("http://", "https://", 1) == expected:
        return " It begins with http there; it must with https."
    if got.lower() == expected.lower():
        return " Capital letters count."
    return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
