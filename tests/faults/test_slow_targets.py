"""Targets that take what they are sent and never answer: what everybody else notices of them."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest

from provisioning.engine.for_a_page import SECONDS as WAITED
from tests.faults.conftest import observe, try_password
from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.support.databases import migrated_database
from tests.support.installation import PASSWORD, Gatehouse, serving_gatehouse
from tests.support.pushing import OPEN, Pushing
from tests.support.workers import Asked as Queued

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.provisioning.engine.scim_fake import Answer, Asked

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

FIRMS = ("acme", "globex", "hooli", "initech", "umbrella", "wayne")
PEOPLE = 40
LONGEST = 300
"""Seconds until a busy machine is given up."""
STATE_OF = """
SELECT run.state FROM provisioning_run AS run JOIN accounts_tenant AS tenant
ON tenant.id = run.tenant_id WHERE tenant.slug = %s ORDER BY run.id DESC LIMIT 1
"""


@contextmanager
def silent_target() -> Iterator[str]:
    """A server that takes connections and requests, and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Hanging:
    """Lets a fake hang until it is told otherwise."""

    def __init__(self, fake: Fake) -> None:
        self.asked = 0
        self._is_over = threading.Event()
        fake.before = self._hang

    def _hang(self, _asked: Asked) -> Answer | None:
        self.asked += 1
        self._is_over.wait(LONGEST)
        return None

    def end(self) -> None:
        """Answer from now on."""
        self._is_over.set()


@pytest.fixture
def pushing(tmp_path: Path) -> Iterator[Pushing]:
    with migrated_database() as url:
        yield Pushing(url, tmp_path)


def planned(pushing: Pushing, fake: Fake, count: int, slug: str) -> None:
    pushing.say("connect", fake.base_url, str(count), slug)
    pushing.say("plan", slug)
    pushing.wait_for(lambda: pushing.ask(STATE_OF, slug) == [("planned",)], seconds=LONGEST)


def test_others_are_served_while_the_target_of_a_tenant_hangs(pushing: Pushing) -> None:
    mails: list[Queued] = [
        ("tests.mail_a_number", None, {"number": number}) for number in range(10)
    ]
    marks: list[Queued] = [
        ("tests.leave_a_mark", "acme", {"number": number}) for number in range(10)
    ]
    with fake_scim() as slow, fake_scim() as quick, pushing.worker():
        planned(pushing, slow, PEOPLE, "acme")
        planned(pushing, quick, PEOPLE, "globex")
        hanging = Hanging(slow)
        pushing.say("send", "acme")
        pushing.wait_for(lambda: hanging.asked > 0)
        pushing.queue(*mails, *marks)
        pushing.say("send", "globex")
        began = time.monotonic()
        pushing.wait_for(lambda: pushing.jobs(state="done") == len(mails) + len(marks))
        others = time.monotonic() - began
        pushing.wait_for(lambda: pushing.ask(STATE_OF, "globex") == [("done",)], seconds=LONGEST)
        arrived = time.monotonic() - began
        assert len(quick.users()) == len(quick.members("Staff")) == PEOPLE
        assert slow.users() == {}

        hanging.end()
        pushing.wait_for(lambda: pushing.ask(OPEN) == [(0,)], seconds=LONGEST)
        assert len(slow.users()) == len(slow.members("Staff")) == PEOPLE
    print(f"20 others after {others:.1f} s, {PEOPLE} people after {arrived:.1f} s")  # noqa: T201


def test_pages_answer_while_targets_of_six_tenants_hang(tmp_path: Path) -> None:
    variables = {"GATEHOUSE_WORKERS": "1", "GATEHOUSE_OUTGOING_NETWORKS": "127.0.0.0/8"}
    with (
        silent_target() as url,
        serving_gatehouse(tmp_path, **variables) as gatehouse,
        ExitStack() as stack,
    ):
        pages = aimed(gatehouse, url)
        browsers = {
            slug: stack.enter_context(closing(signed_in(gatehouse, slug))) for slug in FIRMS
        }
        with ThreadPoolExecutor(len(FIRMS)) as pool:
            testing = [pool.submit(_tested, browsers[slug], pages[slug]) for slug in FIRMS]
            time.sleep(2)
            seen = observe(
                lambda: browsers["acme"].get(pages["acme"]["connection"]).status_code, seconds=8
            )
            tested = [each.result() for each in testing]

    refused = [took for text, took in tested if "targets are being asked" in text]
    waited = [took for text, took in tested if "did not answer in full" in text]
    print(  # noqa: T201
        f"pages p99 {seen.p99:.2f} s of {len(seen.seconds)}; refused after {refused}; "
        f"waited {waited}"
    )
    assert set(seen.statuses) == {200}
    assert seen.p99 < WAITED / 2
    assert (len(refused), len(waited)) == (4, 2)


def aimed(gatehouse: Gatehouse, url: str) -> dict[str, dict[str, str]]:
    """Make the tenants, with an application each; the addresses of its pages."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.support.outbound", "aim", url, PASSWORD, *FIRMS],
        env={**os.environ, **gatehouse.environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def signed_in(gatehouse: Gatehouse, slug: str) -> httpx2.Client:
    """A browser of the admin of a tenant."""
    browser = httpx2.Client(base_url=gatehouse.url, trust_env=False, timeout=LONGEST)
    answer = try_password(browser, f"admin@{slug}.example", PASSWORD)
    assert answer.status_code == 302, answer.text
    return browser


def _tested(browser: httpx2.Client, pages: dict[str, str]) -> tuple[str, float]:
    """Press the button; what the page says, and after how long."""
    page = browser.get(pages["connection"])
    [token, *_] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    began = time.monotonic()
    answer = browser.post(pages["test"], data={"csrfmiddlewaretoken": token})
    assert answer.status_code == 200, answer.text
    return answer.text, time.monotonic() - began
