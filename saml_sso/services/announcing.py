"""Telling every system admin what changed in the trust, whoever changed it and by which door.

What is trusted is compared before and after, so that a service cannot forget to say something:
it only has to be :func:`announced`.  Services that call each other, and a page that calls several,
tell it in one mail.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.notices import notify_admins
from accounts.trail import audit
from saml_sso.addresses import TRUST
from saml_sso.services.differences import differences
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from accounts.models import Tenant
    from saml_sso.services.differences import Difference

_P = ParamSpec("_P")
_T = TypeVar("_T")

_watched: ContextVar[frozenset[int]] = ContextVar("watched_tenants", default=frozenset())
ANNOUNCED: Final[list[str]] = []
"""The names of the services that change trust, as far as their modules are loaded."""


@contextmanager
def announcing(tenant: Tenant) -> Iterator[None]:
    """Run the body in a transaction, and mail what it changed in the trust of ``tenant``."""
    with transaction.atomic():
        if tenant.pk in _watched.get():
            yield
            return
        before = load_trust(tenant)
        reset_token = _watched.set(_watched.get() | {tenant.pk})
        try:
            yield
        finally:
            _watched.reset(reset_token)
        found = differences(before, load_trust(tenant))
        if found:
            announce(
                tenant=tenant,
                subject=_("%(tenant)s: what is trusted for SAML sign-on has changed"),
                template="saml/trust_changed_mail.txt",
                found=found,
            )


def announced(service: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let ``service``, which takes ``tenant`` by name, tell what it changes."""

    @wraps(service)
    def announcing_service(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        tenant: Tenant = kwargs["tenant"]  # type: ignore[assignment] # every service's first
        with announcing(tenant):
            return service(*args, **kwargs)

    ANNOUNCED.append(service.__name__)
    return announcing_service


def announce(
    *, tenant: Tenant, subject: str, template: str, found: Sequence[Difference] = ()
) -> None:
    """Mail ``template`` to every system admin, once the transaction has been committed.

    Args:
        tenant: Whose scope is active.
        subject: Names the tenant by ``%(tenant)s``.
        template: A text that is given tenant, actor, time, differences and the page's address.
        found: What differs.
    """
    context = {
        "tenant": tenant,
        "actor": audit.acting(),
        "at": timezone.now(),
        "differences": found,
        "url": TRUST.url(),
    }
    notify_admins(
        tenant=tenant,
        subject=subject % {"tenant": tenant.name},
        body=render_to_string(template, context),
    )
