"""A database with a tenant, to be copied, filled and served as often as it takes."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.databases import DatabaseServer
from benchmarks.server import HOST, Server, free_port, serving
from benchmarks.signed import CERTIFICATE_VARIABLE, identity_provider
from benchmarks.tenant import make_tenant, set_up_django

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.databases import Database
    from benchmarks.signed import IdentityProvider
    from benchmarks.tenant import Connected


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where everything under measurement comes from.

    Every server listens at the same ``port``, one at a time, because SAML names it.
    """

    databases: DatabaseServer
    template: Database
    tenant: Connected
    idp: IdentityProvider

    @contextmanager
    def served(self, name: str, fill: Callable[[Database], None]) -> Iterator[Server]:
        """Serve a copy of the template that ``fill`` has put people into."""
        database = self.databases.make(name, self.template)
        fill(database)
        port = self.idp.port if name == "saml" else free_port()
        certificate = {CERTIFICATE_VARIABLE: self.idp.certificate}
        with serving(database, port, certificate) as server:
            yield server


@contextmanager
def deployment() -> Iterator[Deployment]:
    """Make the template; drop every database at the end.  Sets Django up in this process."""
    os.environ.setdefault("GATEHOUSE_SECRET_KEY", secrets.token_urlsafe(48))
    databases = DatabaseServer()
    try:
        template = databases.make("template")
        port = free_port()
        idp = identity_provider(f"http://{HOST}:{port}", port)
        set_up_django(template, f"http://{HOST}:{port}")
        yield Deployment(databases, template, make_tenant(idp.metadata), idp)
    finally:
        databases.drop_all()
