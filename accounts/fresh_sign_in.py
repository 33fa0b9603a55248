"""What is done only by somebody who has just shown who they are.

A browser that is left alone stays signed in for hours; what outlives the session, such as a new
set of recovery codes, asks again.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from accounts.models import Session
from accounts.sessions import stored_key

if TYPE_CHECKING:
    from django.http import HttpRequest

FRESH_MINUTES: Final = 10
_SHOWN_KEY: Final = "password_shown_at"


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether this session began, or its person gave the password, within ten minutes."""
    shown = float(request.session.get(_SHOWN_KEY, 0))
    if time.time() - shown < FRESH_MINUTES * 60:
        return True
    began_after = timezone.now() - timedelta(minutes=FRESH_MINUTES)
    key = stored_key(request.session.session_key)
    return Session.objects.filter(session_key=key, created__gt=began_after).exists()


def note_password(request: HttpRequest) -> None:
    """Remember in this session that its person has just given the password."""
    request.session[_SHOWN_KEY] = time.time()
