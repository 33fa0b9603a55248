"""Imports by a schedule: begun when they are due, and ended when nobody reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from provisioning.importing.errors import NotReadNowError
from provisioning.importing.reading import break_off
from provisioning.importing.starting import begin_import
from provisioning.models import Import, ImportRule
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_EVERY: Final[Mapping[str, timedelta]] = {
    "day": timedelta(hours=23),
    "week": timedelta(days=7, hours=-1),
}
"""An hour less than what is said: the clock looks once an hour."""
_LONGEST: Final = timedelta(hours=12)
"""So long no target is read."""


def begin_due_imports() -> dict[str, Any]:
    """Begin the imports that are due; end those that no worker came to the end of."""
    done, failed = do_for_each(Tenant.objects.order_by("pk"), _of_tenant)
    return with_failures({"imports": sum(done.values())}, failed)


def _of_tenant(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        _end_abandoned()
        rules = ImportRule.objects.exclude(every="never").select_related("application__tenant")
        return sum(_begin(rule) for rule in rules.order_by("pk"))


def _begin(rule: ImportRule) -> int:
    kinds = [Kind.USER] if rule.users else []
    kinds += [Kind.GROUP] if rule.groups else []
    begun = 0
    for kind in kinds:
        since = timezone.now() - _EVERY[rule.every]
        latest = Import.objects.filter(
            application=rule.application, kind=kind, by_schedule=True, created__gt=since
        )
        if latest.exists():
            continue
        try:
            begun += len(begin_import(application=rule.application, kinds=[kind], by_schedule=True))
        except NotReadNowError:
            continue
    return begun


def _end_abandoned() -> None:
    """End the imports that no worker has read, however often it began."""
    since = timezone.now() - _LONGEST
    for batch in Import.objects.filter(state=Import.State.READING, created__lt=since):
        break_off(batch, _("No worker came to its end."))
