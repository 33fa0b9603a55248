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

from accounts.services.notices import notify_admins
from saml_sso.services.differences import differences
from saml_sso.services.letters import trust_has_changed
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts.models import Tenant

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
            notify_admins(tenant=tenant, letter=trust_has_changed(tenant, found))


def announced(service: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let ``service``, which takes ``tenant`` by name, tell what it changes."""

    @wraps(service)
    def announcing_service(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        tenant: Tenant = kwargs["tenant"]  # type: ignore[assignment] # every service's first
        with announcing(tenant):
            return service(*args, **kwargs)

    ANNOUNCED.append(service.__name__)
    return announcing_service
