"""``python -m benchmarks``: measure everything, print the tables, say which aims are met."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import dashboard, growth, log, many, people, person, provisioning, saml, scim
from benchmarks.deployment import Deployment, deployment
from benchmarks.load import LoadError, require_wrk
from benchmarks.measuring import Pace
from benchmarks.report import Result, save_json, summary, table
from benchmarks.server import ServerError
from operations.embedded.errors import EmbeddedPostgresError
from operations.variables import UnusableVariableError

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    """Return 0 when everything could be measured, whether or not the aims are met."""
    options = _options()
    results: list[Result] = []
    failure = ""
    try:
        require_wrk()
        with deployment() as made:
            for result in _measured(made, options):
                results.append(result)  # noqa: PERF402 - an error must leave what came before
    except (LoadError, ServerError, EmbeddedPostgresError, UnusableVariableError) as error:
        failure = f"\nNot measured: {error}\n"
    sys.stdout.write(f"\n{table(results)}\n\n{summary(results)}\n")
    if options.json:
        save_json(results, options.json)
    sys.stderr.write(failure)
    return 1 if failure else 0


def _measured(made: Deployment, options: argparse.Namespace) -> Iterator[Result]:
    pace = Pace(seconds=options.seconds, rounds=1 if options.quick else options.rounds)
    chosen = set(options.only.split(",")) if options.only else None
    if chosen is None or chosen & set(scim.NAMES):
        yield from scim.results(made, pace, chosen)
    if chosen is None or "saml" in chosen:
        yield from saml.results(made, pace)
    for page in (people, person, log, dashboard):
        if chosen is None or page.__name__.rpartition(".")[2] in chosen:
            sizes = page.QUICK_SIZES if options.quick else page.SIZES
            yield from page.results(made, pace, sizes)
    if chosen is None or "many" in chosen:
        yield from many.results(made, many.QUICK_PEOPLE if options.quick else many.PEOPLE)
    yield from _provisioning(made, pace, chosen, is_quick=options.quick)
    if options.growth if chosen is None else "growth" in chosen:
        growth_sizes = growth.QUICK_SIZES if options.quick else growth.SIZES
        yield from growth.results(made, pace, growth_sizes)


def _provisioning(
    made: Deployment, pace: Pace, chosen: set[str] | None, *, is_quick: bool
) -> Iterator[Result]:
    """Measure all parts of provisioning, or those that are named."""
    parts = frozenset(provisioning.NAMES)
    if chosen is not None and "provisioning" not in chosen:
        parts &= chosen
    yield from provisioning.results(made, pace, parts, is_quick=is_quick)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [
        *(*scim.NAMES, "saml", "people", "person", "dashboard", "log", "many"),
        *("provisioning", *provisioning.NAMES, "growth"),
    ]
    parser.add_argument("--only", default="", help=f"some of {','.join(names)}; comma-separated")
    parser.add_argument("--seconds", type=int, default=1, help="of one round of one candidate")
    parser.add_argument("--rounds", type=int, default=11, help="the median of which counts")
    parser.add_argument("--quick", action="store_true", help="one round, small tenants: a look")
    parser.add_argument("--json", type=Path, help="write the results to this file as well")
    parser.add_argument(
        "--growth",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="make tenants of up to a million users",
    )
    options = parser.parse_args()
    unknown = set(filter(None, options.only.split(","))) - set(names)
    if unknown:
        parser.error(f"--only knows {', '.join(names)}; not {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
