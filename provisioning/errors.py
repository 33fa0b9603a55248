"""Reasons a change of an application is refused; each message is a sentence for who asked."""

from __future__ import annotations

from accounts.errors import AccountError


class ApplicationError(AccountError):
    """Base class for refusals that concern applications, their mappings and roles."""


class ApplicationNameTakenError(ApplicationError):
    """Another application of the tenant has this name."""


class AddressError(ApplicationError):
    """What was given as an address is none that can be asked."""


class MappingRefusedError(ApplicationError):
    """A table cannot be used, or decides what only an admin may decide."""


class RoleKeyTakenError(ApplicationError):
    """Another role of the application has this key."""
