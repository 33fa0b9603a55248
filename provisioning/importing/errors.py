"""Why nothing is read, or why a decision about what was read is refused."""

from __future__ import annotations

from accounts.errors import AccountError


class NotReadNowError(AccountError):
    """The target cannot be read for an import now."""


class NotDecidedError(AccountError):
    """The decision cannot be carried out: what it rests on is not so, or not so any more."""
