"""Why the engine refuses what somebody asked of it."""

from __future__ import annotations

from accounts.errors import AccountError


class NotPlannedError(AccountError):
    """The run is no plan that could be sent: it is still worked out, or was sent or replaced."""


class InputsChangedError(AccountError):
    """What the plan was worked out from has changed: make another one."""


class NothingSentError(AccountError):
    """The application sends nothing now: no plan was sent yet, it is paused, or in quarantine."""


class TooManyAtOnceError(AccountError):
    """Enough pages wait for a target: nothing was asked, and nothing done."""


class NotOpenError(AccountError):
    """The conflict is decided already."""


class NotStuckError(AccountError):
    """The operation waits, runs or is done, so there is nothing to try again."""
