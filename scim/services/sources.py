"""Inbound sources, and SCIM as a whole, switched on and off."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.storage.violations import violated_constraint
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from accounts.trail.changes import changes, names
from scim.errors import ScimUnavailableError, SourceNameTakenError
from scim.models import DEFAULT_MAPPINGS, USUAL_LOSS, AttributeMapping, Departure, Source
from scim.services.holding import hold_source
from scim.services.tokens import IssuedToken, create_token
from scim.services.visibility import list_in_default_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """Everything of a source that an admin may set; see :class:`scim.models.Source`."""

    name: str
    enabled: bool = True
    on_delete: str = Departure.DEACTIVATE
    on_deactivate: str = Departure.DEACTIVATE
    may_change_roles: bool = False
    lists_entitlements: bool = False
    log_bodies: bool = False
    log_retention_days: int = 30
    rate_limit_per_minute: int = 0
    loss_number: int | None = USUAL_LOSS
    loss_percent: int | None = None

    @classmethod
    def of(cls, source: Source) -> SourceOptions:
        """Return the present options of ``source``."""
        return cls(**{each.name: getattr(source, each.name) for each in fields(cls)})


@transaction.atomic
def enable_scim(*, tenant: Tenant, expires: datetime | None = None) -> IssuedToken | None:
    """Let identity providers call the SCIM endpoints for ``tenant``.

    The first time a source with the default mapping is made.  The token is returned when one
    had to be made, which lasts until ``expires``; ``None`` means that an earlier one works again.

    Raises:
        ScimUnavailableError: The plan does not include SCIM, or SAML is not on.
    """
    _lock(tenant)
    if not tenant.includes_saml_and_scim:
        raise ScimUnavailableError(
            _("SAML and SCIM belong to the Enterprise plan. Ask for the plan to be changed.")
        )
    if not tenant.saml_enabled:
        raise ScimUnavailableError(_("Enable SAML sign-on first: SCIM depends on it."))
    with tenant_scope(tenant):
        if not tenant.scim_enabled:
            _switch(tenant, on=True)
        source = first_source() or create_source(options=SourceOptions(name=_default_name()))
        if any(token.is_alive for token in source.tokens.all()):
            return None
        return create_token(source=source, expires=expires)


@transaction.atomic
def disable_scim(*, tenant: Tenant) -> None:
    """Let no identity provider in; sources and tokens stay for the day SCIM is enabled again."""
    _lock(tenant)
    if tenant.scim_enabled:
        with tenant_scope(tenant):
            _switch(tenant, on=False)


def first_source() -> Source | None:
    """Return the source that enabling SCIM made: the oldest one of the active tenant."""
    return Source.objects.order_by("pk").first()


@transaction.atomic
def create_source(
    *,
    options: SourceOptions,
    tables: Mapping[str, Sequence[tuple[str, str, bool]]] = DEFAULT_MAPPINGS,
) -> Source:
    """Create a source of the active tenant with these tables of its mapping and no token.

    The default profile lists it, so that whoever may see sources sees it.  The tenant's first
    source may change roles, whatever the options say; a further one may when they do.

    Raises:
        SourceNameTakenError: The tenant has a source of this name.
    """
    is_first = not Source.objects.exists()
    source = Source(**{**asdict(options), "may_change_roles": options.may_change_roles or is_first})
    with _names_checked(options.name):
        source.save(force_insert=True)
    AttributeMapping.objects.bulk_create(
        AttributeMapping(
            source=source,
            resource=resource,
            position=position,
            field=field,
            scim_attribute=scim_attribute,
            required=required,
        )
        for resource, rows in tables.items()
        for position, (field, scim_attribute, required) in enumerate(rows)
    )
    list_in_default_profile(source)
    audit.record("source.created", source)
    return source


@transaction.atomic
def update_source(*, source: Source, options: SourceOptions) -> bool:
    """Give ``source`` these options; return whether any is other than before.

    Raises:
        SourceNameTakenError: The tenant has another source of this name.
        SourceGoneError: Somebody has deleted it.
    """
    before = SourceOptions.of(hold_source(source))
    changed = [name for name, value in asdict(options).items() if getattr(before, name) != value]
    for name in changed:
        setattr(source, name, getattr(options, name))
    if not changed:
        return False
    with _names_checked(options.name):
        source.save(update_fields=changed)
    audit.record("source.updated", source, **changes(asdict(before), asdict(options)))
    return True


@transaction.atomic
def delete_source(*, source: Source) -> None:
    """Delete a source with its tokens; the people it provisioned stay.  Twice is harmless.

    What another transaction writes that refers to it is waited for, and goes with it.
    """
    if Source.objects.select_for_update().filter(pk=source.pk).first() is None:
        return
    audit.record("source.deleted", source, **names({"name": source.name}))
    source.delete()


def _switch(tenant: Tenant, *, on: bool) -> None:
    tenant.scim_enabled = on
    tenant.save(update_fields=["scim_enabled"])
    audit.record("scim.enabled" if on else "scim.disabled", tenant)


def _lock(tenant: Tenant) -> None:
    """Read the switches again under a lock, for the rules between them to hold."""
    tenant.refresh_from_db(from_queryset=Tenant.objects.select_for_update(no_key=True))


def _default_name() -> str:
    return _("Identity provider")


@contextmanager
def _names_checked(name: str) -> Iterator[None]:
    """Turn a violation of the unique source name, and nothing else, into our own error."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated_constraint(error) != "source_name_unique_in_tenant":
            raise
        raise SourceNameTakenError(
            _("There already is a source called “%(name)s”. Choose another name.") % {"name": name}
        ) from error
