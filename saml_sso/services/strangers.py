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
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.storage.prepared import prepared_cursor
from saml_sso.models import SignInAttempt

if TYPE_CHECKING:
    from saml_sso.protocol.errors import SAMLError

CLIENTS_OF_EACH_REASON: Final = 25
CLIENTS_AND_REASONS: Final = 250
"""How many clients are told apart; a few more where requests come at once."""
FORGOTTEN_AFTER: Final = timedelta(days=7)
"""When a client that is not heard of any more makes room for another one."""
_UNKNOWN: Final = "unknown"
_PREFIX_OF_A_HOUSEHOLD: Final = 64
_COLUMNS: Final = (
    "tenant_id, at, kind, outcome, reference, check_name, reason, remedy, identifier, sealed, "
    "revision, ip_address, user_agent, repeats"
)
_KEY: Final = "(tenant_id, kind, check_name, client, place) WHERE place IS NOT NULL"
_NOTE: Final = f"""
WITH given ({_COLUMNS}, named) AS (
    VALUES (
        %s::bigint, %s::timestamptz, %s, %s, %s, %s, %s, %s, %s, %s::bytea, %s::integer, %s::inet,
        %s, 0, %s
    )
),
slot AS (
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM saml_sso_signinattempt AS known
            WHERE known.tenant_id = given.tenant_id AND known.kind = given.kind
                AND known.check_name = given.check_name AND known.client = given.named
                AND known.place = 1
        ) THEN given.named
        WHEN (
            SELECT count(*) FROM (
                SELECT FROM saml_sso_signinattempt AS known
                WHERE known.tenant_id = given.tenant_id AND known.kind = given.kind
                    AND known.check_name = given.check_name AND known.place = 1
                LIMIT {CLIENTS_OF_EACH_REASON}
            ) AS same_reason
        ) < {CLIENTS_OF_EACH_REASON} AND (
            SELECT count(*) FROM (
                SELECT FROM saml_sso_signinattempt AS known
                WHERE known.tenant_id = given.tenant_id AND known.place = 1
                LIMIT {CLIENTS_AND_REASONS}
            ) AS all_reasons
        ) < {CLIENTS_AND_REASONS} THEN given.named
        ELSE ''
    END AS client
    FROM given
),
first AS (
    INSERT INTO saml_sso_signinattempt ({_COLUMNS}, client, place)
    SELECT {_COLUMNS}, client, 1 FROM given, slot
    ON CONFLICT {_KEY} DO NOTHING
    RETURNING id
),
newest AS (
    INSERT INTO saml_sso_signinattempt AS stored ({_COLUMNS}, client, place)
    SELECT {_COLUMNS}, client, 2 FROM given, slot WHERE NOT EXISTS (SELECT FROM first)
    ON CONFLICT {_KEY} DO UPDATE SET
        id = EXCLUDED.id, at = EXCLUDED.at, outcome = EXCLUDED.outcome,
        reference = EXCLUDED.reference, reason = EXCLUDED.reason, remedy = EXCLUDED.remedy,
        identifier = EXCLUDED.identifier, sealed = EXCLUDED.sealed, revision = EXCLUDED.revision,
        ip_address = EXCLUDED.ip_address, user_agent = EXCLUDED.user_agent,
        repeats = stored.repeats + 1
    RETURNING id
)
SELECT id FROM first UNION ALL SELECT id FROM newest
"""  # noqa: S608 - constant SQL


def carries_valid_signature(error: SAMLError) -> bool:
    """Tell whether a certificate of the tenant vouched for what was refused with ``error``."""
    return any(line.check == "signature" and line.passed for line in error.trace)


def note_stranger(attempt: SignInAttempt) -> None:
    """Write ``attempt``, which carries no valid signature, in its client's place; one statement.

    Its key is set on it.
    """
    attempt.client = client_of(attempt.ip_address)
    values: tuple[Any, ...] = (
        *(attempt.tenant_id, attempt.at, attempt.kind, attempt.outcome, attempt.reference),
        *(attempt.check_name, attempt.reason, attempt.remedy, attempt.identifier, attempt.sealed),
        *(attempt.revision, attempt.ip_address, attempt.user_agent, attempt.client),
    )
    with prepared_cursor() as cursor:
        cursor.execute(_NOTE, values)
        attempt.pk = cursor.fetchone()[0]


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
