"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import Kind
from console.base.doing import do_to_many, do_to_many_at_targets

KINDS: Final[tuple[Kind[Any], ...]] = (do_to_many, do_to_many_at_targets)
