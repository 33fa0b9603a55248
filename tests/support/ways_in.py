"""A way in: what a test does by it, whether the trail names what was written, and what wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.jobs import queueing
from tests.conftest import do_after_commit
from tests.support.driven_services import DRIVEN
from tests.support.facts import entries_by_transaction, facts_noted
from tests.support.lock_order import watched_locks
from tests.support.named_facts import RULES, is_fact, names
from tests.support.services_called import services_noted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from accounts.models import AuditEntry
    from tests.support.facts import Fact


@pytest.fixture(autouse=True)
def in_order(db: None) -> Iterator[None]:
    """See that no change takes rows in another order than all others."""
    with watched_locks() as order:
        yield
    out_of_order = order.out_of_order()
    assert not out_of_order, out_of_order


def ill_named(facts: Iterable[Fact], entries: dict[int, list[AuditEntry]]) -> list[str]:
    """Return which facts are named by no entry of their transaction, or by several."""
    wrong = []
    for fact in filter(is_fact, facts):
        written = entries.get(fact.transaction, [])
        naming = [entry.action for entry in written if names(entry, fact)]
        if len(naming) != 1:
            said = [(entry.action, entry.target_id, entry.details) for entry in written]
            wrong.append(f"{fact.done} {fact.relation} {sorted(fact.changed)} {naming}: {said}")
    return wrong


class Way:
    """One way in: does things, and sees after each that what was written is named.

    ``called`` are the services that did it.
    """

    def __init__(self, noted: Callable[[], list[Fact]], called: set[str]) -> None:
        self.called = called
        self._noted = noted
        self._seen: set[int] = set()

    def prepared(self) -> None:
        """Forget what was written to prepare the test."""
        self._noted()
        self._entries()
        self.called.clear()

    def did(self, what: str, *, least: int, recorded: Collection[str] = ()) -> set[int]:
        """Judge what was written since the last call: at least so many facts.

        Of what are no facts, such as credentials, it is said which actions are ``recorded``.
        Return the numbers of the transactions that wrote facts.
        """
        facts = [fact for fact in self._noted() if is_fact(fact)]
        wrong = ill_named(facts, entries_by_transaction())
        assert not wrong, "\n".join([what, *wrong])
        assert len(facts) >= least, f"{what} wrote {facts}"
        entries = self._entries()
        actions = {entry.action for entry in entries}
        assert actions >= set(recorded), f"{what} recorded {sorted(actions)}"
        return {fact.transaction for fact in facts}

    def _entries(self) -> list[AuditEntry]:
        """Return the entries that came since they were asked for last."""
        found = [entry for each in entries_by_transaction().values() for entry in each]
        new = [entry for entry in found if entry.pk not in self._seen]
        self._seen.update(entry.pk for entry in found)
        return new


@pytest.fixture
def way(
    transactional_db: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Way]:
    """Return a way in; at the end it must have called what the list says that it calls."""
    monkeypatch.setattr(queueing, "hand_over", do_after_commit)
    with facts_noted(sorted(RULES)) as noted, services_noted() as called:
        yield Way(noted, called)
    missing = DRIVEN.get(request.node.name, frozenset()) - called
    assert not missing, sorted(missing)
