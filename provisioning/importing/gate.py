"""Whether an application may be imported from now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Tenant
from provisioning.engine.dialects import dialect_at
from provisioning.engine.gate import includes_provisioning
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from provisioning.models import Application


def why_not_imported(application: Application, kind: Kind) -> str:
    """Return why nothing of a kind is taken in from an application, or nothing.

    The tenant is read anew: its plan may have changed a moment ago.
    """
    if not includes_provisioning(Tenant.objects.get(pk=application.tenant_id)):
        return _("Your plan does not include provisioning.")
    if application.quarantined_at is not None:
        return _("The application is in quarantine: %(reason)s") % {
            "reason": application.quarantine_reason
        }
    if not application.base_url:
        return _("The application has no address yet. Set its connection up first.")
    if kind is Kind.GROUP and not dialect_at(application).groups:
        return _("The application has no groups.")
    return ""
