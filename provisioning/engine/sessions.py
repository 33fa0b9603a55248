"""A connection to an application's target, at the pace that all workers share."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.utils import timezone

from accounts.jobs.places import wait_aside
from accounts.secrets.secrets_digest import digest_of
from provisioning.catalogue.reading import entry_of
from provisioning.client.target import Target, TargetPausedError
from provisioning.client.time_limit import require_limit
from provisioning.engine.bounds import bounded
from provisioning.engine.dialects import CONFIG, dialect_at, remember, remember_dialect
from provisioning.services.credentials import credential_of
from provisioning.storage.pace import add_pace, next_place, take_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.models import Application
    from provisioning.protocol.dialects import Dialect

_PATIENCE: Final = 2.0
"""Seconds that a worker waits for its turn; for a longer time it does something else."""

_SAYS_NOTHING: Final = frozenset({403, 404, 405, 501})


@dataclass(slots=True)
class Session:
    """A target, how it speaks, and under which key its pace is kept."""

    application: Application
    target: Target
    dialect: Dialect
    pace_key: str

    def remember(self, dialect: Dialect) -> None:
        """Speak like this from now on, here and in every worker."""
        remember_dialect(self.application, dialect)
        self.dialect = dialect


@contextmanager
def session_with(application: Application, *, patience: float = _PATIENCE) -> Iterator[Session]:
    """Open a connection to the target of an application; nothing is asked before it is used.

    Whoever asks waits up to ``patience`` seconds for its turn, pauses of the target included.

    Raises:
        UnlimitedError: Nothing bounds how long this may take.
    """
    require_limit()
    key = pace_key_of(application)
    add_pace(tenant_id=application.tenant_id, key=key, least_interval=least_interval(application))
    dialect = dialect_at(application)

    def before_each() -> None:
        _wait_for_turn(application.tenant_id, key, patience)

    with Target(
        base_url=application.base_url,
        credential=credential_of(application),
        dialect=dialect,
        before_each=before_each,
    ) as target:
        yield Session(application, target, dialect, key)


def pace_key_of(application: Application) -> str:
    """Return the key under which the pace of a host and a credential is kept."""
    host = urlsplit(application.base_url).netloc.lower()
    return digest_of(f"{host} {credential_of(application).fingerprint()}")


def least_interval(application: Application) -> float:
    """Return the seconds between two requests that the catalogue wants of everybody."""
    per_second = entry_of(application.catalogue_key).requests_per_second
    return 1 / per_second if per_second else 0.0


def probe_once(session: Session) -> None:
    """Ask the target once what it can, and remember it; a target need not say."""
    if CONFIG in session.application.learned:
        return
    answer = session.target.service_provider_config()
    says_nothing = answer.status in _SAYS_NOTHING
    if not (answer.outcome.is_success or says_nothing):
        return
    config = answer.json if not says_nothing and isinstance(answer.json, dict) else {}
    remember(session.application, CONFIG, bounded(config))
    session.dialect = dialect_at(session.application)


def _wait_for_turn(tenant_id: int, key: str, patience: float) -> None:
    """Wait until this worker may ask the target.

    Raises:
        TargetPausedError: That is later than it waits.
    """
    end = time.monotonic() + patience
    while True:
        left = max(end - time.monotonic(), 0.0)
        seconds = take_place(tenant_id=tenant_id, key=key, patience=left)
        if seconds is not None:
            time.sleep(seconds)
            return
        until = next_place(tenant_id=tenant_id, key=key) or timezone.now()
        wait = (until - timezone.now()).total_seconds()
        if wait > left:
            raise TargetPausedError(until)
        if wait > _PATIENCE:
            wait_aside(wait)
        else:
            time.sleep(max(wait, 0.01))
