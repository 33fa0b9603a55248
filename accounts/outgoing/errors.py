"""What goes wrong with an address that somebody typed."""

from __future__ import annotations

from accounts.errors import AccountError


class FetchError(AccountError):
    """An address cannot be used or did not answer; the message says which, and what to do."""


class NotReachedError(FetchError):
    """Nothing was sent: the address may not be used, or no connection came about."""


class BrokenOffError(FetchError):
    """The server may have read the request; no answer came, or none that could be read whole."""
