"""Reasons an account operation is refused.

Each message is a sentence for the person (or the identity provider) that asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from collections.abc import Sequence


class AccountError(Exception):
    """Base class for refusals that a caller may report to its client."""


class InUseError(AccountError):
    """What was to be deleted is needed by something that stays."""


class TakenError(AccountError):
    """What was to be made is there already, perhaps since a moment ago."""


class UserNameTakenError(AccountError):
    """Another user of the tenant already has this ``userName``, in one spelling or another."""


class NameNotPermittedError(AccountError):
    """Nobody, or no group, can be given this name or address; the message says why."""


class AmbiguousAddressError(AccountError):
    """Several people of the tenant have the address, and it is nobody's ``userName``."""


class GroupNameTakenError(AccountError):
    """Another group of the tenant already has this display name, in one spelling or another."""


class LastAdminError(AccountError):
    """The change would leave the tenant without an active admin."""


class UnknownMemberError(AccountError):
    """A member that was named does not exist in this tenant."""


class GroupCycleError(AccountError):
    """A group would become a member of itself, directly or through other groups."""


class UnknownGroupError(AccountError):
    """The group does not exist, or does not exist any more."""


class ChangedMeanwhileError(AccountError):
    """What was read is not what is stored any more; read it again and repeat the change."""


class ProfileNameTakenError(AccountError):
    """Another access profile of the tenant already has this name, in one spelling or another."""


class FixedGroupError(AccountError):
    """Roles and access profiles are made, named and deleted in the console only."""


class PlanError(AccountError):
    """The tenant's plan does not include what was asked for."""


class SignInRefusedError(AccountError):
    """The person may not sign in this way; the message says why and where to go instead."""


class SessionRefusedError(AccountError, PermissionDenied):
    """What must hold for a session to begin did not hold any more when it was about to.

    ``answer`` is what the condition told about it.
    """

    def __init__(self, answer: Sequence[Any]) -> None:
        self.answer = answer
        super().__init__("The person may not sign in any more.")


class InvalidLinkError(AccountError):
    """A one-time link is unknown, used or expired."""


class HashingBusyError(Exception):
    """No password could be hashed in time, because others' were; nothing has changed."""

    retry_after: Final = 5
    """Seconds after which to try again."""
