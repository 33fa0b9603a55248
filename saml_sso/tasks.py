"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import AFTER_MIDNIGHT, EVERY_TEN_MINUTES, HOURLY, Kind, by_the_clock
from saml_sso.services import counting, pruning, refreshing

refresh_saml_metadata = by_the_clock(AFTER_MIDNIGHT)(refreshing.refresh_saml_metadata)
prune_saml = by_the_clock(HOURLY)(pruning.prune_saml)  # Strangers cause some of it.
count_refused_sign_ins = by_the_clock(EVERY_TEN_MINUTES)(counting.count_refused_sign_ins)

KINDS: Final[tuple[Kind[Any], ...]] = (refresh_saml_metadata, prune_saml, count_refused_sign_ins)
