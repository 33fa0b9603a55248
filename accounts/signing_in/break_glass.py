"""A way in for a system admin whom SAML has locked out, which the operator makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.addresses import CONSOLE
from accounts.letters import Action, Letter
from accounts.models import OneTimeLink
from accounts.services.notices import notify_admins
from accounts.signing_in.links import make_link

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def make_break_glass_link(*, admin: User) -> str:
    """Return the URL of a link with which ``admin`` signs in once, past the identity provider.

    It lasts for :data:`accounts.signing_in.links.BREAK_GLASS_LIFETIME`; the one before it
    ends.  All
    system admins of the active tenant are told by mail.

    Raises:
        SignInRefusedError: The person is inactive, or is no system admin.
    """
    url = make_link(user=admin, purpose=OneTimeLink.Purpose.BREAK_GLASS)
    happened = _(
        "The operator made a link with which %(user)s can sign in to %(tenant)s once, past the "
        "identity provider, within 15 minutes."
    )
    letter = Letter(
        subject=_("A break-glass link was made"),
        says=(
            happened % {"user": admin.user_name, "tenant": admin.tenant.name},
            _("If none of you asked for it, tell the operator of this deployment."),
        ),
        action=Action(_("Open the console"), CONSOLE.url()),
    )
    notify_admins(tenant=admin.tenant, letter=letter)
    return url
