"""A person's sessions: seeing them and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.models import Session, User
from accounts.secrets.secrets_digest import digest_of
from accounts.signing_in.browsers import describe_browser
from accounts.signing_in.sessions import stored_key
from accounts.signing_in.sign_in_methods import method_name
from accounts.trail import audit

if TYPE_CHECKING:
    from datetime import datetime

_REFERENCE_LENGTH = 24


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as its person sees it.

    Attributes:
        reference: Names the session in forms; says nothing about its key.
        is_current: Whether it is the one that asks.
    """

    reference: str
    browser: str
    ip_address: str
    method_name: str
    created: datetime
    last_seen: datetime
    is_current: bool


def list_sessions(*, user: User, current_key: str | None) -> list[SessionSummary]:
    """Return the sessions of ``user`` that are alive, this one first, then the latest seen."""
    current = stored_key(current_key)
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    found = [
        SessionSummary(
            reference=_reference(session.session_key),
            browser=describe_browser(session.user_agent),
            ip_address=session.ip_address or "",
            method_name=method_name(session.method),
            created=session.created,
            last_seen=session.last_seen,
            is_current=session.session_key == current,
        )
        for session in sessions.defer("session_data", "saml").order_by("-last_seen")[:200]
    ]
    return sorted(found, key=lambda session: not session.is_current)


@transaction.atomic
def end_session(*, user: User, reference: str) -> bool:
    """End the session of ``user`` with this reference; return whether there was one."""
    for key in Session.objects.filter(user=user).values_list("session_key", flat=True):
        if _reference(key) == reference:
            Session.objects.filter(session_key=key).delete()
            audit.record("session.ended", user)
            return True
    return False


@transaction.atomic
def end_other_sessions(*, user: User, current_key: str | None) -> int:
    """End all sessions of ``user`` but this one; return how many there were."""
    ended, _ = (
        Session.objects.filter(user=user).exclude(session_key=stored_key(current_key)).delete()
    )
    if ended:
        audit.record("session.ended_others", user, number=ended)
    return ended


@transaction.atomic
def sign_out_everywhere(*, user: User, current_key: str | None) -> int:
    """End all sessions of ``user``; return how many there were.

    Args:
        user: Whose sessions end.
        current_key: Of the browser that asks; its session goes on if it is one of them.
    """
    theirs = Session.objects.filter(user=user).exclude(session_key=stored_key(current_key))
    ended, _ = theirs.delete()
    audit.record("session.ended_everywhere", user, number=ended)
    return ended


def _reference(session_key: str) -> str:
    return digest_of(f"session:{session_key}")[:_REFERENCE_LENGTH]
