"""Beginning and ending sessions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib.auth import login
from django.db import transaction
from django.utils import timezone

from accounts.models import Session, Tenant, User
from accounts.signing_in.acting_session import acting_session
from accounts.signing_in.devices import note_sign_in
from accounts.signing_in.sessions import COLUMNS_KEY, SessionStore
from accounts.storage.session_rows import write_session
from accounts.tenancy.scoping import tenant_id_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from django.http import HttpRequest

    from accounts.storage.session_rows import SessionWriter

BACKEND = "accounts.backends.SignInBackend"
LONGEST_USER_AGENT = 300
_CSRF = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")
"""Where Django keeps the token against forged forms, which a sign-in exchanges."""


@contextmanager
def scope_of(user: User) -> Iterator[None]:
    """Open the scope that ``user`` sees: their tenant; every tenant for an operator."""
    with tenant_id_scope(user.tenant_id) if user.tenant_id else every_tenant():
        yield


def begin_session(  # noqa: PLR0913 - what a session keeps, each by name
    *,
    request: HttpRequest,
    user: User,
    method: str,
    saml: dict[str, Any] | None = None,
    ends: datetime | None = None,
    write: SessionWriter = write_session,
) -> None:
    """Sign ``user`` in on this browser, under a new session key; one statement writes all of it.

    Args:
        request: The browser's request; it gets a new session, which is the user's.
        user: An active user; the caller has decided that they may sign in.
        method: How they proved who they are: ``password``, ``saml``, ``break_glass``, ….
        saml: NameID and SessionIndex, which Single Logout must match later.
        ends: When the identity provider wants the session to be over, if before our own limit.
        write: What writes the row, and may ask for more to hold, or write more with it.

    Raises:
        SessionRefusedError: What ``write`` asks for does not hold, or the user was deactivated
            meanwhile; the browser keeps the session that it had.
    """
    event = audit.Event("user.signed_in", user, {"method": method})
    with scope_of(user), audit.acting_as(user.user_name), _new_session(request) as session:
        session[COLUMNS_KEY] = {
            "method": method,
            "ip_address": request.META.get("REMOTE_ADDR") or None,
            "user_agent": request.headers.get("User-Agent", "")[:LONGEST_USER_AGENT],
            "saml": saml or {},
        }
        login(request, user, backend=BACKEND)
        if ends is not None:
            session.set_expiry(min(ends, session.get_expiry_date()))
        entry = audit.values_of(event)
        session.create_with(lambda row: write(session=row, user=user, entry=entry))
    note_sign_in(request, user)


@contextmanager
def _new_session(request: HttpRequest) -> Iterator[SessionStore]:
    """Exchange the session of ``request`` for a new one, unless the body fails."""
    former, person = request.session, request.user
    token = {name: request.META[name] for name in _CSRF if name in request.META}
    request.session = session = SessionStore()
    try:
        yield session
    except BaseException:
        request.session, request.user = former, person
        for name in _CSRF:
            request.META.pop(name, None)
        request.META.update(token)
        raise
    former.flush()


@transaction.atomic
def end_sessions_of_tenant(*, tenant: Tenant, methods: Collection[str]) -> int:
    """End every session that began with one of ``methods``; return how many there were.

    The session that asks for it goes on (:mod:`accounts.signing_in.acting_session`).
    """
    sessions = Session.objects.filter(user__tenant_id=tenant.pk, method__in=methods)
    ended, _ = sessions.exclude(pk=acting_session()).delete()
    return ended


@transaction.atomic
def end_session_before(*, session_key: str, successor: User) -> bool:
    """End the session that was open in the browser of ``successor`` before theirs began.

    Args:
        session_key: Its stored key.
        successor: Who is signed in there now.

    Returns:
        Whether it was alive, and somebody else's.
    """
    former = Session.objects.select_for_update().filter(pk=session_key).first()
    if former is None:
        return False
    former.delete()
    if former.user_id in {None, successor.pk} or former.expire_date <= timezone.now():
        return False
    with every_tenant():
        person = User.objects.get(pk=former.user_id)
    # Another tenant's trail does not say who.
    by = successor.user_name if person.tenant_id == successor.tenant_id else ""
    with scope_of(person), audit.acting_as(by or audit.SYSTEM):
        audit.record("user.session_replaced", person, method=former.method)
    return True
