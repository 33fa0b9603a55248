"""People who run the deployment."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import LastAdminError
from accounts.models import Session, User
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from accounts.trail.changes import changes


@transaction.atomic
def set_operator_active(*, operator: User, active: bool) -> None:
    """Let an operator in or keep them out; keeping out ends their sessions.

    Raises:
        LastAdminError: They are the last active operator.
    """
    with every_tenant():
        operators = User.objects.select_for_update().filter(tenant=None, active=True)
        others = [each for each in operators.order_by("pk") if each.pk != operator.pk]
        if not active and not others:
            raise LastAdminError(_("This is the last active operator. Make another one first."))
        stored = User.objects.get(pk=operator.pk, tenant=None)
        if stored.active == active:
            return
        stored.active = active
        stored.last_modified = timezone.now()
        stored.save(update_fields=["active", "last_modified"])
        if not active:
            Session.objects.filter(user=stored).delete()
        action = "operator.reactivated" if active else "operator.deactivated"
        audit.record(action, stored, **changes({"active": not active}, {"active": active}))
