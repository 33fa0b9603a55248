"""What one tenant trusts, as its rows say it, and whether they still say it: a statement each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS

from accounts.models import Tenant
from accounts.storage.finding import sought
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from saml_sso.models import IdentityProviderSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

_TENANT: Final = tuple(field.attname for field in Tenant._meta.concrete_fields)
_SETTINGS: Final = tuple(field.attname for field in IdentityProviderSettings._meta.concrete_fields)
# The versions of all rows that a trust is made of: every change of it changes this text.
_STAMP: Final = """concat(
    tenant.ctid, tenant.xmin, ';', settings.ctid, settings.xmin, ';',
    (SELECT string_agg(concat(id, ctid, xmin), ',' ORDER BY id)
     FROM saml_sso_identityprovidercertificate WHERE tenant_id = tenant.id),
    ';',
    (SELECT string_agg(concat(id, ctid, xmin), ',' ORDER BY id)
     FROM saml_sso_serviceproviderkey WHERE tenant_id = tenant.id)
)"""
_FROM: Final = f"""{Tenant._meta.db_table} AS tenant
LEFT JOIN saml_sso_identityprovidersettings AS settings ON settings.tenant_id = tenant.id"""
# "current" sorts before "next" and "previous": the key that signs comes first.
_TRUST: Final = f"""
SELECT
    {_STAMP},
    (SELECT array_agg(pem ORDER BY id)
     FROM saml_sso_identityprovidercertificate WHERE tenant_id = tenant.id),
    (SELECT array_agg(ARRAY[private_key, certificate] ORDER BY use)
     FROM saml_sso_serviceproviderkey WHERE tenant_id = tenant.id),
    {", ".join(f"tenant.{column}" for column in _TENANT)},
    {", ".join(f"settings.{column}" for column in _SETTINGS)}
FROM {_FROM}
WHERE tenant.slug = %s
"""  # noqa: S608 - the models' own columns
_STAMP_NOW: Final = f"SELECT {_STAMP} FROM {_FROM} WHERE tenant.id = %s"  # noqa: S608 - constants
_PEOPLE_WITH_STAMP: Final = (
    f"SELECT {_STAMP}, person.* FROM {_FROM} "  # noqa: S608 - constants of ours
    "LEFT JOIN LATERAL ({people}) AS person ON true WHERE tenant.id = %s"
)


class TrustRows(NamedTuple):
    """What was read of a tenant.

    Attributes:
        stamp: A text that every change of these rows changes.
        tenant: The tenant.
        settings: What it has set; ``None`` when it has set nothing.
        pems: The certificates of its identity provider, as PEM, oldest first.
        keys: Our own private keys, sealed, with their certificates; the one that signs is first.
    """

    stamp: str
    tenant: Tenant
    settings: IdentityProviderSettings | None
    pems: Sequence[str]
    keys: Sequence[tuple[str, str]]


def read_trust_rows(slug: str) -> TrustRows | None:
    """Return what the tenant of this short name trusts, or nothing if there is no such tenant."""
    with prepared_cursor() as cursor:
        cursor.execute(_TRUST, [slug])
        found = cursor.fetchone()
    if found is None:
        return None
    stamp, pems, keys, *values = found
    tenant = Tenant.from_db(DEFAULT_DB_ALIAS, _TENANT, values[: len(_TENANT)])
    settings = None
    if values[len(_TENANT)] is not None:
        of_settings = values[len(_TENANT) :]
        settings = IdentityProviderSettings.from_db(DEFAULT_DB_ALIAS, _SETTINGS, of_settings)
    return TrustRows(stamp, tenant, settings, pems or (), keys or ())


def read_stamp(tenant_id: int) -> str | None:
    """Return the stamp of what the tenant trusts now; ``None`` when it is gone."""
    with prepared_cursor() as cursor:
        cursor.execute(_STAMP_NOW, [tenant_id])
        row = cursor.fetchone()
    return row[0] if row else None


def read_people_with_stamp(address: str) -> tuple[str | None, list[Sequence[Any]]]:
    """Return the stamp of now, and the rows of the active tenant that ``address`` may mean.

    :func:`accounts.storage.finding.the_one` chooses from the rows.
    """
    search = sought(address)
    statement = _PEOPLE_WITH_STAMP.format(people=search.sql)
    with prepared_cursor() as cursor:
        cursor.execute(statement, [*search.params, active_tenant_id()])
        rows = cursor.fetchall()
    return rows[0][0] if rows else None, [row[1:] for row in rows if row[1] is not None]
