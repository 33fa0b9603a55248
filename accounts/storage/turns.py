"""Who decided last that somebody is inactive, as a statement about their row tells it."""

from __future__ import annotations

from typing import Final

CONFIRMED: Final = "user.deactivation_confirmed"
ACTIVITY: Final = ("user.deactivated", "user.reactivated", CONFIRMED)
"""What entries of the trail are called that say whether somebody is active."""

_ACTIONS: Final = ", ".join(f"'{action}'" for action in ACTIVITY)


def deactivated_by(person: str) -> str:
    """Return the expression for who decided it of an inactive ``person``, the row of the table.

    Empty of active people, where the trail does not tell, and where a source has confirmed it.
    """
    return f"""CASE WHEN {person}.active THEN '' ELSE COALESCE((
  SELECT CASE WHEN turn.action = '{CONFIRMED}' THEN '' ELSE turn.actor END
  FROM accounts_auditentry AS turn
  WHERE turn.tenant_id = {person}.tenant_id AND turn.target_id = {person}.id::text
    AND turn.target_type = 'user' AND turn.action IN ({_ACTIONS})
  ORDER BY turn.at DESC, turn.id DESC LIMIT 1
), '') END"""  # noqa: S608 - names of ours
