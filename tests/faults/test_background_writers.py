"""What works beside the requests and uses the database: it survives, and says so in a line."""

import ast
import time
from pathlib import Path

import psycopg
import pytest

from operations.checkout import BASE_DIR
from tests.faults.conftest import Product, meanwhile, observe
from tests.support.html_forms import form_with_field
from tests.support.packages import PACKAGES

STARTERS = {"Thread", "ThreadPoolExecutor", "Timer", "create_task"}
KNOWN = {
    "accounts/brands/logos.py": "nothing of the database",
    "accounts/jobs/pulse.py": "the pulse of a worker, tried with the processes that it is in",
    "accounts/jobs/worker.py": "the jobs, each tried as what it is",
    "accounts/smtp_backend.py": "nothing of the database",
    "operations/server/health.py": "the look at readiness, tested with it",
    "operations/server/threads.py": "the requests",
    "operations/server/worker.py": "nothing of the database",
    "scim/log/request_log.py": "the log of requests",
}
"""Modules that start something beside the thread that calls them, and what that does."""
END_ALL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
LOGGED = "SELECT count(*) FROM scim_requestlogentry"


def starts(path: Path) -> bool:
    """Whether the module calls something that runs beside it."""
    nodes = ast.walk(ast.parse(path.read_text()))
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    return bool({getattr(each, "attr", getattr(each, "id", "")) for each in called} & STARTERS)


def test_every_module_that_starts_something_is_known_here() -> None:
    modules = [path for package in PACKAGES for path in (BASE_DIR / package).rglob("*.py")]
    found = {str(path.relative_to(BASE_DIR)) for path in modules if starts(path)}

    assert found == KNOWN.keys()


def reset_password(product: Product) -> int:
    """The status of a request after which a mail is sent."""
    with product.browser() as browser:
        page = browser.get("/password/forgotten/")
        form = form_with_field(page.text, "email")
        return browser.post(
            str(page.url), data={**form.fields, "email": "admin@acme.example"}
        ).status_code


@pytest.mark.slow
@pytest.mark.django_db
def test_sessions_that_the_database_ends_cost_no_traceback_and_no_writer(product: Product) -> None:
    url = product.gatehouse.environment["DATABASE_URL"]
    printed = len(product.printed())
    with (
        psycopg.connect(url, autocommit=True) as database,
        meanwhile(lambda: observe(product.get, seconds=10), times=1),
        meanwhile(lambda: [reset_password(product) for _ in range(8)], times=1) as sent,
    ):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            database.execute(END_ALL)
            time.sleep(0.3)
    time.sleep(2)

    with psycopg.connect(url, autocommit=True) as database:
        before = database.execute(LOGGED).fetchone()
        assert product.get() == 200
        time.sleep(3)
        after = database.execute(LOGGED).fetchone()
    assert before
    assert after
    assert after[0] > before[0]  # It is still written.
    assert sent
    lines = product.printed()[printed:]
    assert "Traceback" not in lines, lines[:5000]
