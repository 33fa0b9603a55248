"""``python -m benchmarks``: measure everything, print the tables, say which aims are met."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import growth, saml, scim
from benchmarks.deployment import Deployment, deployment
from benchmarks.load import LoadError, require_wrk
from benchmarks.measuring import Pace
from benchmarks.report import Result, save_json, summary, table
from benchmarks.server import ServerError
from config.embedded_postgres import EmbeddedPostgresError
from config.env import EnvironmentError as UnusableVariableError


def main() -> int:
    """Return 0 when everything could be measured, whether or not the aims are met."""
    options = _options()
    try:
        require_wrk()
        with deployment() as made:
            results = _measured(made, options)
    except (LoadError, ServerError, EmbeddedPostgresError, UnusableVariableError) as error:
        sys.stderr.write(f"\nNot measured: {error}\n")
        return 1
    sys.stdout.write(f"\n{table(results)}\n\n{summary(results)}\n")
    if options.json:
        save_json(results, options.json)
    return 0


def _measured(made: Deployment, options: argparse.Namespace) -> list[Result]:
    pace = Pace(seconds=options.seconds, rounds=1 if options.quick else options.rounds)
    chosen = set(options.only.split(",")) if options.only else None
    results: list[Result] = []
    if chosen is None or chosen & set(scim.NAMES):
        results += scim.results(made, pace, chosen)
    if chosen is None or "saml" in chosen:
        results += saml.results(made, pace)
    if options.growth if chosen is None else "growth" in chosen:
        sizes = growth.QUICK_SIZES if options.quick else growth.SIZES
        results += growth.results(made, pace, sizes)
    return results


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [*scim.NAMES, "saml", "growth"]
    parser.add_argument("--only", default="", help=f"some of {','.join(names)}; comma-separated")
    parser.add_argument("--seconds", type=int, default=2, help="of one round of one candidate")
    parser.add_argument("--rounds", type=int, default=5, help="the median of which counts")
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
