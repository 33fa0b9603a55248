"""What is done only by somebody who has just shown who they are.

A browser that is left alone stays signed in for hours; what outlives the session, such as a new
set of recovery codes, asks again.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
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
    shown = float(request.session.get(_SHOWN_KEY, 0))
    if time.time() - shown < FRESH_MINUTES * 60:
        return True
    began_after = timezone.now() - timedelta(minutes=FRESH_MINUTES)
    key = stored_key(request.session.session_key)
    began = Session.objects.filter(session_key=key, created__gt=began_after).first()
    if began is None or not began.saml:
        return began is not None
    instant = began.saml.get(AUTHN_INSTANT)
    return instant is not None and datetime.fromisoformat(instant) > began_after


def note_password(request: HttpRequest) -> None:
    """Remember in this session that its person has just given the password."""
    request.session[_SHOWN_KEY] = time.time()
