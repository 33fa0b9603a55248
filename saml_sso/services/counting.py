"""How many sign-ins at the identity provider were refused each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.trail.counting import count_log
from saml_sso.models import SignInAttempt
from saml_sso.storage.refused_by_day import refused_sign_ins

if TYPE_CHECKING:
    from accounts.storage.daily_counts import Counted, Portion


def count_refused_sign_ins() -> dict[str, Any]:
    """Add the refusals in the log of sign-ins of every tenant to the daily counts.

    Those that passed are in the audit trail.
    """
    return {"rows": count_log(SignInAttempt, _in_log)}


def _in_log(portion: Portion) -> list[Counted]:
    return refused_sign_ins(portion, zone=settings.TIME_ZONE)
