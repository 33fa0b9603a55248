"""Where an address signs in: with a password here, or at its tenant's identity provider.

The answer depends on the domain of the address alone, never on whether the address has an
account, so the first step of the sign-in page tells nobody who is known.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Max, Min

from accounts.models import EmailDomain, Tenant, User
from accounts.models.users import domain_of
from accounts.tenancy.unscoped import every_tenant
from naming.addresses import compared_address
from naming.domains import ascii_domain
from naming.errors import NameObjectionError

_PUBLIC_MAIL: Final = """
gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.com msn.com yahoo.com
yahoo.co.uk yahoo.co.jp yahoo.fr yahoo.de ymail.com icloud.com me.com mac.com aol.com gmx.com
gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de mail.com proton.me protonmail.com
pm.me fastmail.com hey.com zoho.com yandex.ru yandex.com mail.ru qq.com 163.com 126.com
orange.fr free.fr laposte.net libero.it bluewin.ch comcast.net verizon.net att.net
"""
PUBLIC_MAIL_DOMAINS: Final = frozenset(_PUBLIC_MAIL.split())
"""Anybody can have an address at these, so no tenant can own them."""

_OWNERS: Final = ("email_ci", "user_name_ci")


def identity_provider_of(address: str) -> Tenant | None:
    """Return the tenant whose identity provider signs ``address`` in, or nothing.

    That is the tenant for which an operator verified the domain, when its SAML sign-on is on;
    else the tenant that enforces SAML, when no other tenant and no operator has an address at
    the domain.
    """
    domain = compared_address(address.strip()).rpartition("@")[2]
    if "@" not in address or domain in PUBLIC_MAIL_DOMAINS:
        return None
    with every_tenant():
        claims = EmailDomain.objects.filter(verified__isnull=False)
        claim = claims.filter(domain=claimed_domain(domain)).first()
        tenant_id = claim.tenant_id if claim else _sole_tenant_with(domain)
    tenant = Tenant.objects.filter(pk=tenant_id).first() if tenant_id else None
    if tenant is None or not tenant.saml_active:
        return None
    return tenant if claim or tenant.saml_enforced else None


def claimed_domain(domain: str) -> str:
    """Return a domain as claims of it spell it: as DNS knows it, if it is one."""
    try:
        return ascii_domain(domain)
    except NameObjectionError:
        return domain.lower()


def _sole_tenant_with(domain: str) -> int | None:
    """Return the only tenant with addresses at ``domain``.

    Smallest and largest tenant come from the ends of an index, so that the cost does not grow
    with the number of people.
    """
    found: set[int] = set()
    for column in _OWNERS:
        users = User.objects.annotate(domain=domain_of(column)).filter(domain=domain)
        if users.filter(tenant=None).exists():
            return None
        ends = users.aggregate(first=Min("tenant_id"), last=Max("tenant_id"))
        found.update(value for value in ends.values() if value is not None)
    return found.pop() if len(found) == 1 else None
