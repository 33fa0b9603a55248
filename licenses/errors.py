"""Reasons a seat is refused; each message is a sentence for the admin who asked."""


class LicenseError(Exception):
    """Base class for refusals that an administrator is told about."""


class NoSeatAvailableError(LicenseError):
    """Every seat of the subscription is taken."""


class SubscriptionNotCurrentError(LicenseError):
    """The subscription has not started yet, or is over."""


class InactiveUserError(LicenseError):
    """An inactive user cannot hold a licence."""


class SeatsInUseError(LicenseError):
    """A subscription cannot have fewer seats than are in use."""


class SeatNotIdleError(LicenseError):
    """The seat was given back meanwhile, or its holder has signed in again."""
