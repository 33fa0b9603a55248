"""How quickly a worker gives licences to many people, and takes them back when that is undone.

``python -m benchmarks.many WORD PEOPLE`` wants one of the two in the database of ``DATABASE_URL``:
in a process of its own, because Django is set up for one database.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import django
import psycopg

from benchmarks.load import LoadError
from benchmarks.outbound import environment
from benchmarks.population import fill_for_growth
from benchmarks.report import Result
from benchmarks.server import HOST
from benchmarks.tenant import SLUG
from benchmarks.workers import working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment

PEOPLE: Final = 10_000
QUICK_PEOPLE: Final = 300
_SECTION: Final = "Actions on many people, one worker"
_PATIENCE: Final = 3_600
_GIVE: Final = "give"
_UNDO: Final = "undo"
_OVER: Final = """
SELECT count(*) = 0 FROM accounts_actionresult WHERE state <> 'over'
"""
_DONE: Final = """
SELECT count(*), extract(epoch FROM max(line.ended) - min(line.ended))::float
FROM accounts_actionline line JOIN accounts_actionresult result ON result.id = line.result_id
WHERE line.outcome = 'done' AND (result.undoes IS NOT NULL) = %s
"""


def results(deployment: Deployment, people: int) -> Iterator[Result]:
    """Measure one action on so many people, and its undoing."""
    sys.stderr.write(f"measuring: licences of {people:,} people\n")
    database = deployment.databases.make("many", deployment.template)
    fill_for_growth(database, users=people, big_group=1)
    labels = {_GIVE: "licences given", _UNDO: "the same, undone"}
    with working(database, f"http://{HOST}", processes=1):
        for word, label in labels.items():
            _want(database, word, people)
            done, seconds = _told(database, word)
            if done != people:
                raise LoadError(f"{done:,} of {people:,} lines were done.")
            yield Result(_SECTION, label, f"{people:,} lines, per second", done / seconds)


def _want(database: Database, word: str, people: int) -> None:
    subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "benchmarks.many", word, str(people)],
        env=environment(database),
        check=True,
    )


def _told(database: Database, word: str) -> tuple[int, float]:
    """Return how many lines were done, and in how many seconds, when everything is over."""
    deadline = time.monotonic() + _PATIENCE
    with psycopg.connect(database.url, autocommit=True) as connection:
        while connection.execute(_OVER).fetchone() != (True,):
            if time.monotonic() > deadline:
                raise LoadError("The worker did not do every line.")
            time.sleep(0.2)
        row = connection.execute(_DONE, [word == _UNDO]).fetchone()
    return (0, 1.0) if row is None or not row[1] else (int(row[0]), float(row[1]))


def _give(people: int) -> None:
    from accounts.models import ActionLine, ActionResult, User  # noqa: PLC0415 - after set-up
    from accounts.services.action_results import begin_action, last_day_to_undo  # noqa: PLC0415
    from console.base.doing import do_to_many  # noqa: PLC0415
    from licenses.models import Product, Subscription  # noqa: PLC0415

    product = Product.objects.create(key="many", name="Many")
    crm = Subscription.objects.create(product=product, seats=people)
    everybody = User.objects.exclude(email="admin@acme.example").order_by("pk")[:people]
    User.objects.filter(pk__in=everybody.values("pk")).update(active=True)
    result = ActionResult(
        site="console",
        about="accounts.user",
        action="assign_license",
        title="Many",
        back="/console/",
        undo_until=last_day_to_undo(),
    )
    lines = [
        ActionLine(row=str(user.pk), name=str(user), choice={"subscription": crm.pk})
        for user in everybody
    ]
    begin_action(key=uuid4(), maker=_admin(), result=result, lines=lines, kind=do_to_many)


def _undo() -> None:
    from accounts.models import ActionLine, ActionResult  # noqa: PLC0415 - after set-up
    from accounts.services.action_results import what_can_be_undone  # noqa: PLC0415
    from accounts.services.undoing import begin_undo  # noqa: PLC0415
    from console.base.doing import do_to_many  # noqa: PLC0415

    of = ActionResult.objects.get()
    lines = [
        ActionLine(row=line.row, name=line.name, choice=line.kept)
        for line in what_can_be_undone(of).order_by("number")
    ]
    result = ActionResult(
        undoes=of.pk, site=of.site, about=of.about, action=of.action, title="Undo", back=of.back
    )
    begin_undo(key=uuid4(), maker=_admin(), result=result, lines=lines, kind=do_to_many)


def _admin() -> User:
    from accounts.models import User  # noqa: PLC0415 - after set-up

    return User.objects.get(email="admin@acme.example")


def main() -> None:
    """Want what the arguments say."""
    word, people = sys.argv[1], int(sys.argv[2])
    django.setup()
    from accounts.models import Tenant  # noqa: PLC0415 - models exist only after set-up
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415

    with tenant_scope(Tenant.objects.get(slug=SLUG)):
        if word == _GIVE:
            _give(people)
        else:
            _undo()


if __name__ == "__main__":
    main()
