"""What is done only by somebody who has just shown who they are.

A browser that is left alone stays signed in for hours; what outlives the session, such as a new
set of recovery codes, asks again.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from accounts.models import Session
from accounts.signing_in.sessions import stored_key

if TYPE_CHECKING:
    from django.http import HttpRequest

FRESH_MINUTES: Final = 10
FRESH: Final = "fresh"
"""The question to a sign-on page that has the identity provider ask the person again."""

AUTHN_INSTANT: Final = "authn_instant"
"""What a session that an identity provider began keeps, as ISO 8601: when its person showed it who
they are.  That may be long before the session began."""

_SHOWN_KEY: Final = "password_shown_at"


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person has shown within ten minutes who they are.

    They have when this session began, or else when they gave the password; with an identity
    provider, when that asked them.
    """
    now = timezone.now()
    shown = datetime.fromtimestamp(float(request.session.get(_SHOWN_KEY, 0)), UTC)
    if _is_recent(shown, now):
        return True
    key = stored_key(request.session.session_key)
    began = Session.objects.filter(session_key=key).first()
    if began is None or not _is_recent(began.created, now):
        return False
    if not began.saml:
        return True
    instant = began.saml.get(AUTHN_INSTANT)
    return instant is not None and _is_recent(datetime.fromisoformat(instant), now)


def _is_recent(moment: datetime, now: datetime) -> bool:
    """Whether it is no more than ten minutes ago, nor so far ahead.

    What lies further ahead was noted before a clock was put back; it would stay recent that long.
    """
    return abs(now - moment) < timedelta(minutes=FRESH_MINUTES)


def note_password(request: HttpRequest) -> None:
    """Remember in this session that its person has just given the password."""
    request.session[_SHOWN_KEY] = time.time()
