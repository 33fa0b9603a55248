"""What system admins are written about their sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.letters import Action, Changed, Letter
from accounts.trail import audit
from saml_sso.addresses import TRUST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Tenant
    from saml_sso.services.differences import Difference


def trust_has_changed(tenant: Tenant, found: Sequence[Difference]) -> Letter:
    """Say what is trusted from now on, and what to do if nobody wanted it."""
    words = _words_of(tenant)
    return Letter(
        subject=_("%(tenant)s: what is trusted for SAML sign-on has changed") % words,
        says=(
            _(
                "What Gatehouse trusts when people of %(tenant)s sign in was changed by %(actor)s "
                "on %(time)s."
            )
            % words,
            _(
                "If one of you wanted this, there is nothing to do. If not, look at the page, and "
                "at the “Log” in the console."
            ),
        ),
        action=Action(_("Look at the page"), TRUST.url()),
        changes=_changes(found),
        then=(
            _(
                "Nobody gets in any more? A recovery code signs a system admin in, and the "
                "operator of this deployment can make a one-time link."
            ),
        ),
    )


def change_waits(tenant: Tenant, found: Sequence[Difference]) -> Letter:
    """Say what somebody wants to be trusted, and that nothing has changed."""
    words = _words_of(tenant)
    return Letter(
        subject=_("%(tenant)s: a change of SAML sign-on waits for you") % words,
        says=(
            _(
                "%(actor)s wants to change what Gatehouse trusts when people of %(tenant)s sign in "
                "(%(time)s). Nothing has changed yet: it waits for one of you."
            )
            % words,
        ),
        action=Action(_("See the difference, and accept or discard it"), TRUST.url()),
        changes=_changes(found),
    )


def token_was_made(tenant: Tenant) -> Letter:
    """Say that the holder of a set-up link has a SCIM token now."""
    words = _words_of(tenant)
    return Letter(
        subject=_("%(tenant)s: a set-up link made a SCIM token") % words,
        says=(
            _(
                "%(actor)s made a SCIM token for %(tenant)s on %(time)s. Whoever holds it creates, "
                "changes and deactivates people. Earlier tokens of the source are dead."
            )
            % words,
            _("If none of you wanted this, press “Revoke” beside the link, and “Regenerate”."),
        ),
        action=Action(_("Look at the page"), TRUST.url()),
    )


def _words_of(tenant: Tenant) -> dict[str, str]:
    """Return whose sign-in it is, who is at it, and when."""
    now = date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
    return {"tenant": tenant.name, "actor": audit.acting(), "time": now}


def _changes(found: Sequence[Difference]) -> tuple[Changed, ...]:
    return tuple(Changed(str(each.label), each.before, each.after) for each in found)
