"""The numbers that the endpoints keep to; ``/ServiceProviderConfig`` announces the first ones."""

from __future__ import annotations

from typing import Final

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes in a body; ``bulk.maxPayloadSize``."""

MAX_OPERATIONS: Final = 1_000
"""Operations in one Bulk request; ``bulk.maxOperations``."""

MAX_RESULTS: Final = 1_000
"""Resources in one response at most; ``filter.maxResults``."""

DEFAULT_COUNT: Final = 100
"""Resources in one response when the client does not say how many."""

SHOWN_AFTER_CHANGE: Final = 100
"""Members of one group that the answer to a change shows; above, none of them.

Whoever adds one member to a large group seldom wants all the others back, and reading them would
cost more than the change.
"""

SHOWN_BY_ID: Final = 200_000
"""Members of one group that are shown when it is read by its id: about 30 MB.

Above, none of them, so that no request takes more memory than a worker can spare.
"""
