"""Rules over every kind of job, so that the next one is tested unasked."""

from __future__ import annotations

import inspect
import typing
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from procrastinate.contrib.django import app as queueing_app

from accounts.jobs import kinds as kinds_module
from accounts.jobs.kinds import QUEUES, Kind, kinds
from accounts.jobs.queueing import RUN_JOB
from accounts.jobs.worker import make_app
from operations.checkout import BASE_DIR
from tests.support.packages import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = {UUID, int, bool}
SMALL = {
    f"accounts.{kind}.language": "the code of a language"
    for kind in ("mail_password_link", "mail_password_links")
}
"""Text that is nobody's secret."""

QUEUED_BEFORE: Final = {
    "accounts.clear_results": set(),
    "accounts.clear_sessions": set(),
    "accounts.erase_people_who_left": set(),
    "accounts.mail_invitation": {"url", "subject", "body", "address"},
    "accounts.mail_password_link": {"user_id", "language"},
    "accounts.mail_password_links": {"address", "language"},
    "accounts.prune_jobs": set(),
    "accounts.prune_trail": set(),
    "accounts.send_mail_to": {"subject", "body", "address"},
    "accounts.warn_of_expiring_credentials": set(),
    "licenses.start_subscriptions": set(),
    "saml_sso.prune_saml": set(),
    "saml_sso.refresh_saml_metadata": set(),
    "scim.prune_request_log": set(),
}
"""The kinds that versions before this one may have left in the queue, with their arguments."""

every_kind = pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)


def declared() -> Iterator[Kind[Any]]:
    """Yield every kind that stands in a module of the product."""
    for package in PACKAGES:
        for path in sorted((BASE_DIR / package).rglob("*.py")):
            if kinds_module.__name__ in path.read_text():
                name = ".".join(path.relative_to(BASE_DIR).with_suffix("").parts)
                values = vars(import_module(name)).values()
                yield from (value for value in values if isinstance(value, Kind))


def test_every_kind_that_is_declared_is_one_that_workers_know() -> None:
    found = {kind.name: kind for kind in declared()}

    assert len(found) >= 2
    assert found == dict(kinds())


@every_kind
def test_it_carries_ids_and_seals_everything_else(kind: Kind[Any]) -> None:
    hints = typing.get_type_hints(kind.work)
    for name, parameter in inspect.signature(kind.work).parameters.items():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        if name not in kind.sealed and hints[name] not in PLAIN:
            assert name.endswith("_id") or f"{kind.name}.{name}" in SMALL


@every_kind
def test_it_has_a_queue_that_workers_take_from_and_says_what_it_does(kind: Kind[Any]) -> None:
    assert kind.queue in QUEUES
    assert kind.work.__doc__
    assert list(kind.pauses) == sorted(kind.pauses)


@pytest.mark.parametrize("name", QUEUED_BEFORE)
def test_what_an_earlier_version_queued_is_done_after_an_upgrade(name: str) -> None:
    assert set(inspect.signature(kinds()[name].work).parameters) == QUEUED_BEFORE[name]


def test_every_queue_has_a_kind() -> None:
    assert {kind.queue for kind in kinds().values()} == set(QUEUES)


@every_kind
def test_what_is_due_by_itself_is_so_at_a_worker(kind: Kind[Any]) -> None:
    registered = {name for _task, name in make_app().periodic_registry.periodic_tasks}

    assert (kind.name in registered) == bool(kind.cron)


def test_the_engine_knows_one_task_that_does_jobs() -> None:
    ours = {name for name in make_app().tasks if name.startswith("gatehouse.")}

    upkeep = {"gatehouse.sweep", "gatehouse.forget", "gatehouse.find_lost"}
    assert ours == {RUN_JOB, "gatehouse.queue_due", *upkeep}
    assert not any(name.startswith("gatehouse.") for name in queueing_app.tasks)
