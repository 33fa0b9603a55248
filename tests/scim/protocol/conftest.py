"""Property tests must not fail because the machine is busy, nor leave files in the checkout."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("gatehouse", deadline=None, database=None)
settings.load_profile("gatehouse")
