"""Links for a colleague in IT: made once, shown once, good for one purpose."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.secrets.secrets_digest import digest_of
from accounts.trail import audit
from accounts.trail.refusals import record_refusal
from saml_sso.errors import NotTestedError
from saml_sso.models import (
    IdentityProviderSettings,
    PendingRequest,
    SetUpLink,
    SignInAttempt,
)
from saml_sso.services.configuration import lock_settings
from saml_sso.services.switches import enable_saml

if TYPE_CHECKING:
    from accounts.models import Tenant

LOG = logging.getLogger(__name__)

LONGEST_DAYS = 7
USE_RESOLUTION = timedelta(minutes=1)
USER_CHECK = "user"
"""The check that comes when all others have passed: whose account it is."""
_SECRET_BYTES = 32


@transaction.atomic
def make_set_up_link(*, tenant: Tenant, purpose: str, days: int) -> str:
    """Return the secret of a new link that works for ``days``; it is not stored."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    link = SetUpLink.objects.create(
        purpose=SetUpLink.Purpose(purpose),
        digest=digest_of(secret),
        made_by=audit.acting(),
        expires=timezone.now() + timedelta(days=min(days, LONGEST_DAYS)),
    )
    audit.record("set_up_link.made", link, purpose=purpose, tenant=tenant.slug, days=days)
    return secret


@transaction.atomic
def revoke_set_up_link(*, link: SetUpLink) -> None:
    """Let the link work no more, from now on."""
    if link.revoked is None:
        link.revoked = timezone.now()
        link.save(update_fields=["revoked"])
        audit.record("set_up_link.revoked", link, purpose=link.purpose)


def open_set_up_link(*, secret: str) -> SetUpLink | None:
    """Return the active tenant's link with this secret while it works, and note its use."""
    link = SetUpLink.objects.filter(digest=digest_of(secret)).first()
    if link is None or not link.is_open:
        return None
    if link.last_used is None:
        audit.record("set_up_link.opened", link, purpose=link.purpose)
    now = timezone.now()
    if link.last_used is None or now - link.last_used > USE_RESOLUTION:
        link.last_used = now
        link.save(update_fields=["last_used"])
    return link


def note_dead_link(*, secret: str) -> None:
    """Record that somebody followed a link of the active tenant that works no more.

    A secret that never was one is a line in the server's log only.
    """
    link = SetUpLink.objects.filter(digest=digest_of(secret)).first()
    if link is None:
        LOG.info("A set-up link that does not exist was followed.")
        return
    reason = _("The link was revoked.") if link.revoked else _("The link has expired.")
    record_refusal("set_up_link.refused", link, reason=reason, purpose=link.purpose)


@transaction.atomic
def switch_saml_on(*, tenant: Tenant, link: SetUpLink) -> None:
    """Let people of ``tenant`` sign in with SAML, on the word of the holder of ``link``.

    Raises:
        NotTestedError: See :func:`may_switch_on`.
        PlanError: The plan does not include SAML.
        NotConfiguredError: No certificate of the identity provider is known.
    """
    lock_settings(tenant)
    if not may_switch_on(link=link):
        raise NotTestedError(
            _("Make a test sign-in with the saved settings first; then SAML can be switched on.")
        )
    enable_saml(tenant=tenant)


def may_switch_on(*, link: SetUpLink) -> bool:
    """Tell whether a test has shown that the saved settings and the identity provider fit.

    A test that passed does.  So does one of this link's, a short while ago, in which every check
    of the response passed and only the account was missing: whoever holds the link has none.
    Enforcing needs a test that passed.
    """
    row = IdentityProviderSettings.objects.first()
    return row is not None and (row.is_tested or _lacked_an_account_only(link, row.revision))


def _lacked_an_account_only(link: SetUpLink, revision: int) -> bool:
    ended = PendingRequest.objects.filter(link=link).exclude(attempt_pk=None)
    return SignInAttempt.objects.filter(
        pk__in=list(ended.values_list("attempt_pk", flat=True)),
        kind=SignInAttempt.Kind.TEST,
        check_name=USER_CHECK,
        revision=revision,
    ).exists()
