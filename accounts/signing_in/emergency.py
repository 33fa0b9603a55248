"""Sign-in past the identity provider, which never happens quietly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.addresses import CONSOLE
from accounts.letters import Action, Letter
from accounts.services.notices import notify_admins
from accounts.signing_in.sign_in import begin_session, scope_of
from accounts.trail import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


@transaction.atomic
def begin_emergency_session(*, request: HttpRequest, user: User, method: str) -> None:
    """Sign a system admin in, record it, and mail all system admins of the tenant.

    Args:
        request: The browser's request.
        user: An active system admin who followed a break-glass link or gave a recovery code.
        method: ``break_glass`` or ``recovery_code``.
    """
    address = request.META.get("REMOTE_ADDR", "")
    begin_session(request=request, user=user, method=method)
    with scope_of(user), audit.acting_as(user.user_name):
        audit.record(f"{method}.signed_in", user, ip_address=address)
    words = {
        "user": user.user_name,
        "tenant": user.tenant.name,
        "method": _METHOD_NAMES[method](),
        "time": date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT"),
        "address": address or _("an unknown address"),
    }
    letter = Letter(
        subject=_("Somebody signed in past the identity provider"),
        says=(
            _("%(user)s signed in to %(tenant)s with %(method)s at %(time)s from %(address)s.")
            % words,
            _(
                "If nobody of you did this, open the person in the console and choose “Sign out "
                "everywhere”, make new recovery codes, and tell the operator of this deployment."
            ),
        ),
        action=Action(_("Open the console"), CONSOLE.url()),
    )
    notify_admins(tenant=user.tenant, letter=letter)


_METHOD_NAMES = {
    "break_glass": lambda: _("a break-glass link"),
    "recovery_code": lambda: _("a recovery code"),
}
