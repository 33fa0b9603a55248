"""Which user of the active tenant an assertion names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.errors import AmbiguousAddressError
from accounts.storage.finding import find_person, the_one
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.identifiers import require_unmistakable
from saml_sso.remembered_trust import require_unchanged
from saml_sso.storage.trust_rows import read_people_with_stamp

if TYPE_CHECKING:
    from accounts.models import User
    from saml_sso.models import IdentityProviderSettings
    from saml_sso.trust import Trust


def find_user(identifier: str) -> User | None:
    """Return whom of the active tenant this e-mail address or user name means.

    Raises:
        MessageError: Check ``user``: they are inactive, or several people match.
    """
    try:
        return _active(find_person(identifier), identifier)
    except AmbiguousAddressError as error:
        raise _several(identifier) from error


def find_user_under(trust: Trust, identifier: str) -> User | None:
    """Return whom :func:`find_user` does, and ask with the same statement after ``trust``.

    Raises:
        MessageError: As :func:`find_user` does.
        TrustChangedError: ``trust`` was remembered, and is not what the tenant trusts now.
    """
    stamp, people = read_people_with_stamp(identifier)
    require_unchanged(trust, stamp)
    try:
        user = the_one(people, identifier)
    except AmbiguousAddressError as error:
        raise _several(identifier) from error
    return _active(user, identifier)


def _several(identifier: str) -> MessageError:
    return MessageError(
        "user",
        expected=f"one user whose e-mail address is {identifier}",
        got="several",
        remedy="Give each of these users an address of their own in the user list, or one of them "
        "this one as the user name.",
    )


def _active(user: User | None, identifier: str) -> User | None:
    if user is not None and not user.active:
        raise MessageError(
            "user",
            expected=f"an active user whose e-mail address is {identifier}",
            got="an inactive one",
            remedy="Activate the user at the identity provider or in the user list.",
        )
    return user


def judge_user(*, row: IdentityProviderSettings, identifier: str) -> tuple[User | None, str]:
    """Return whom a sign-in would be for, and a sentence; nobody is created.

    Raises:
        MessageError: Check ``user``: the sign-in would be refused.
    """
    user = find_user(identifier)
    if user is not None:
        return user, f"the user {user.user_name}"
    if row.create_users_at_sign_in:
        require_unmistakable(identifier)
        return None, "nobody yet; they would be created"
    raise nobody(identifier)


def nobody(identifier: str) -> MessageError:
    """Return why nobody gets in with this identifier."""
    return MessageError(
        "user",
        expected=f"a user of this tenant whose e-mail address is {identifier}",
        got="nobody",
        remedy="Create the user (or let the identity provider provision them), or change what it "
        "sends as the person's identifier: NameID format “EmailAddress” (Okta: Application "
        "username; Entra ID: Unique User Identifier) must be the e-mail address they have here. "
        "“Create unknown people at their first sign-in” under “Rules and attributes” makes an "
        "account for everybody whom the identity provider signs in.",
    )
