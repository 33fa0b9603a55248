"""Single Logout in both directions (SAML Profiles 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Session
from accounts.trail import audit
from saml_sso.models import PendingRequest
from saml_sso.protocol.bindings import Outgoing
from saml_sso.protocol.outgoing_logout import answer_logout, start_logout
from saml_sso.protocol.subject import NameID
from saml_sso.services.configuration import METHOD
from saml_sso.services.keys import ensure_key
from saml_sso.services.replay import consume_logout
from saml_sso.services.requests import LIFETIME, Purpose, open_requests
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.protocol.logout import LogoutRequest


@transaction.atomic
def end_sessions_concerned(*, tenant: Tenant, logout: LogoutRequest) -> int:
    """End the sessions that a verified LogoutRequest names; return how many there were.

    Raises:
        MessageError: Check ``replay``: it was used before. Sessions that have begun since go on.
    """
    consume_logout(logout)
    candidates = Session.objects.filter(
        user__tenant_id=tenant.pk, method=METHOD, saml__value=logout.name_id.value
    )
    concerned = [row.pk for row in candidates if _concerns(logout, row.saml)]
    ended, _counts = Session.objects.filter(pk__in=concerned).delete()
    audit.record("saml.logout", tenant, sessions=ended)
    return ended


def begin_logout(*, tenant: Tenant, session: dict[str, Any]) -> Outgoing | None:
    """Return the LogoutRequest for a session that is about to end here.

    Args:
        tenant: Whose scope is active.
        session: What the sign-in remembered (:attr:`accounts.models.Session.saml`).

    Returns:
        Nothing when the identity provider offers no logout, or is not the one that signed in.
    """
    trust = load_trust(tenant)
    name_id = _name_id(session)
    is_same = trust.idp.entity_id in {None, session.get("issuer")}
    if not (tenant.saml_active and trust.idp.slo_url and name_id and is_same):
        return None
    if not trust.sp.key_pairs:
        ensure_key(tenant=tenant)
        trust = load_trust(tenant)
    now = timezone.now()
    outgoing = start_logout(
        sp=trust.sp,
        idp=trust.idp,
        now=now,
        name_id=name_id,
        session_index=session.get("session_index"),
    )
    PendingRequest.objects.create(
        id=outgoing.id,
        purpose=Purpose.LOGOUT,
        browser_digest="",  # Until it sets out; see begun_logout().
        issued_at=now,
        expires_at=now + LIFETIME,
        answer={"url": outgoing.url, "fields": dict(outgoing.fields)},
    )
    return outgoing


def begun_logout(*, request_id: str, browser: str) -> Outgoing | None:
    """Return the LogoutRequest that :func:`begin_logout` made, and bind it to this browser.

    Its ID is known to the browser that signed out only; it sets out once.
    """
    waiting = open_requests("").filter(pk=request_id, purpose=Purpose.LOGOUT)
    if not waiting.update(browser_digest=browser):
        return None
    row = open_requests(browser).get(pk=request_id)
    answer = row.answer or {}
    return Outgoing(row.pk, answer["url"], row.issued_at, answer["fields"])


def logout_answer(*, tenant: Tenant, logout: LogoutRequest) -> Outgoing | None:
    """Return our answer to a LogoutRequest, or nothing when there is nowhere to send it."""
    trust = load_trust(tenant)
    if not trust.idp.slo_url:
        return None
    if not trust.sp.key_pairs:
        ensure_key(tenant=tenant)
        trust = load_trust(tenant)
    return answer_logout(logout, sp=trust.sp, idp=trust.idp, now=timezone.now())


def _concerns(logout: LogoutRequest, session: dict[str, Any]) -> bool:
    name_id = _name_id(session)
    return name_id is not None and logout.concerns(name_id, session.get("session_index"))


def _name_id(session: dict[str, Any]) -> NameID | None:
    if not session.get("value"):
        return None
    return NameID(
        value=session["value"],
        format=session["format"],
        name_qualifier=session.get("name_qualifier"),
        sp_name_qualifier=session.get("sp_name_qualifier"),
    )
