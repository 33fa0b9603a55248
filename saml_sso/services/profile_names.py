"""A person's names, as their identity provider sends them at a sign-in."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import DatabaseError

from accounts.errors import AccountError
from accounts.managed import is_managed
from accounts.models import User
from accounts.services.users import UserFields, update_user
from accounts.trail import audit

if TYPE_CHECKING:
    from saml_sso.models import IdentityProviderSettings
    from saml_sso.services.evidence import Evidence

logger = logging.getLogger(__name__)

ACTOR: Final = "SAML sign-in"
# What identity providers call a person's names unless told otherwise.
_GIVEN_NAMES = (
    "givenName",
    "firstName",
    "first_name",
    "urn:oid:2.5.4.42",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
)
_FAMILY_NAMES = (
    "familyName",
    "lastName",
    "last_name",
    "surname",
    "sn",
    "urn:oid:2.5.4.4",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
)
_DISPLAY_NAMES = (
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
)
_LONGEST_NAME: Final = 255


class Names(NamedTuple):
    """What an assertion calls a person; empty where it says nothing."""

    given: str
    family: str
    display: str


def names_sent(row: IdentityProviderSettings, evidence: Evidence) -> Names:
    """Return the names in the attributes that the tenant chose, else in those usually sent."""

    def named(configured: str, usual: tuple[str, ...]) -> str:
        for name in (configured,) if configured else usual:
            values = evidence.attributes.get(name)
            if values:
                return values[0].strip()[:_LONGEST_NAME]
        return ""

    return Names(
        named(row.given_name_attribute, _GIVEN_NAMES),
        named(row.family_name_attribute, _FAMILY_NAMES),
        named(row.display_name_attribute, _DISPLAY_NAMES),
    )


def refresh_names(*, row: IdentityProviderSettings, user: User, evidence: Evidence) -> None:
    """Give ``user`` the names that were sent, if the tenant wants it and no source manages them.

    A name that was not sent stays.  Whatever goes wrong here keeps nobody out.
    """
    if not row.refresh_names_at_sign_in:
        return
    sent = names_sent(row, evidence)
    if not any(sent):
        return
    try:
        # Who was found for a sign-in is not read whole.
        person = User.objects.get(pk=user.pk)
        before = UserFields.of(person)
        after = replace(
            before,
            given_name=sent.given or before.given_name,
            family_name=sent.family or before.family_name,
            display_name=sent.display or before.display_name,
        )
        if after != before and not is_managed(person):
            with audit.acting_as(ACTOR):
                update_user(user=person, values=after)
    except (AccountError, DatabaseError):
        logger.exception("The names of %s could not be refreshed.", user.pk)
