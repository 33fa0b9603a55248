"""Whether the secret key opens what the database keeps encrypted."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.db import Error
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.secrets.encryption import SealError, resealed
from accounts.secrets.sealed_fields import SealedTextField, sealed_columns
from accounts.tenancy.unscoped import every_tenant
from operations.installation.findings import Finding, good, wrong

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.secrets.sealed_fields import SealedField

_AT_EACH_END: Final = 500
"""Of the oldest and of the newest values of a column: keys change with time, and few are kept."""

_NAMED: Final = 10


def of_stored_secrets() -> Finding:
    """Return whether what is kept encrypted can be read; its values are told to nobody.

    Every sealed column is looked at, the oldest and the newest values of it.  Sessions, links and
    cursors under another key are over, which needs no mending.
    """
    name = "stored_secrets"
    try:
        with every_tenant():
            closed = [
                (str(model._meta.verbose_name_plural), tenants)
                for model, field in sealed_columns()
                if (tenants := _whose_is_closed(model, field))
            ]
            slugs = _slugs({tenant for _what, tenants in closed for tenant in tenants})
    except Error:
        return wrong(name, _("What is stored was not looked at."), _("Mend the database first."))
    if not closed:
        return good(name, _("The secret key opens what is stored encrypted."))
    says = _(
        "The secret key does not open what is stored encrypted: %(what)s. What needs it fails and "
        "says so; everything else is served."
    )
    return wrong(
        name,
        says % {"what": "; ".join(_in_words(what, tenants, slugs) for what, tenants in closed)},
        _(
            "Put the earlier key into GATEHOUSE_PREVIOUS_SECRET_KEYS, on every machine. "
            "`manage.py doctor` says whether that is all."
        ),
    )


def _whose_is_closed(model: type[Model], field: SealedField) -> set[int | None]:
    """Return the tenants of the values that no configured key opens; ``None`` is none of them."""
    empty = "" if isinstance(field, SealedTextField) else b""
    rows = model._default_manager.exclude(**{field.name: empty})
    oldest, newest = (
        rows.order_by(order).values_list("tenant_id", field.name)[:_AT_EACH_END]
        for order in ("pk", "-pk")
    )
    return {tenant for tenant, sealed in chain(oldest, newest) if not _opens(sealed, field)}


def _opens(sealed: Any, field: SealedField) -> bool:
    try:
        resealed(sealed.encode() if isinstance(sealed, str) else sealed, field.purpose)
    except SealError:
        return False
    return True


def _slugs(tenants: set[int | None]) -> dict[int, str]:
    known = Tenant.objects.filter(pk__in=[each for each in tenants if each])
    return {tenant.pk: tenant.slug for tenant in known}


def _in_words(what: str, tenants: set[int | None], slugs: dict[int, str]) -> str:
    named = sorted(slugs.get(tenant or 0, "") or _("(no tenant)") for tenant in tenants)
    said = ", ".join(dict.fromkeys(named[:_NAMED]))
    return _("%(what)s of %(tenants)s") % {"what": what, "tenants": said}
