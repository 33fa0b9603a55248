"""Writing an attempt that carries no valid signature into the place its client has in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from accounts.storage.prepared import prepared_cursor

if TYPE_CHECKING:
    from saml_sso.models import SignInAttempt

CLIENTS_OF_EACH_REASON: Final = 25
CLIENTS_AND_REASONS: Final = 250
"""How many clients are told apart; a few more where requests come at once."""
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


def write_in_place(attempt: SignInAttempt) -> None:
    """Write ``attempt`` as the first or the newest of its client and reason; one statement.

    What was the newest is counted in ``repeats``.  Beyond :data:`CLIENTS_OF_EACH_REASON` and
    :data:`CLIENTS_AND_REASONS` all clients share one place.  Its key is set on the attempt.
    """
    values: tuple[Any, ...] = (
        *(attempt.tenant_id, attempt.at, attempt.kind, attempt.outcome, attempt.reference),
        *(attempt.check_name, attempt.reason, attempt.remedy, attempt.identifier, attempt.sealed),
        *(attempt.revision, attempt.ip_address, attempt.user_agent, attempt.client),
    )
    with prepared_cursor() as cursor:
        cursor.execute(_NOTE, values)
        attempt.pk = cursor.fetchone()[0]
