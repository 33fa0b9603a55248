"""Tokens of sources: made, revoked, regenerated.  A secret is returned once and never stored."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.secrets.secrets_digest import digest_of
from accounts.trail import audit
from scim.errors import TokenError
from scim.models import BearerToken
from scim.services.holding import hold_source

if TYPE_CHECKING:
    from datetime import datetime

    from scim.models import Source

_SECRET_BYTES: Final = 32
"""Of the part that nobody can guess: 43 characters."""
_PREFIX_BYTES: Final = 4


class IssuedToken(NamedTuple):
    """A token that was just made; this is the only time its secret can be shown."""

    token: BearerToken
    secret: str
    replaced: int = 0
    """Tokens that worked until this one was made."""


@transaction.atomic
def create_token(*, source: Source, name: str = "", expires: datetime | None = None) -> IssuedToken:
    """Make one more token; the others go on working, so that one can be rotated at leisure.

    Raises:
        TokenError: ``expires`` is not in the future.
        SourceGoneError: Somebody has deleted the source.
    """
    if expires is not None and expires <= timezone.now():
        raise TokenError(_("The expiry must be in the future, or empty for none."))
    hold_source(source)
    prefix = secrets.token_hex(_PREFIX_BYTES)
    secret = f"scim_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    token = BearerToken.objects.create(
        source=source,
        name=name.strip() or _("Token"),
        prefix=prefix,
        digest=digest_of(secret),
        expires=expires,
    )
    audit.record("scim_token.created", source, token=str(token))
    return IssuedToken(token, secret)


@transaction.atomic
def revoke_token(*, token: BearerToken) -> None:
    """Let nobody in with ``token`` from now on.  Doing so twice is harmless."""
    revoked = BearerToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now())
    if revoked:
        audit.record("scim_token.revoked", token.source, token=str(token))


@transaction.atomic
def regenerate_token(
    *, source: Source, name: str = "", expires: datetime | None = None
) -> IssuedToken:
    """Make a token and let every earlier one of ``source`` die at this moment.

    Raises:
        TokenError: ``expires`` is not in the future.
        SourceGoneError: Somebody has deleted the source.
    """
    # Locked, so that of two at once the later one ends the earlier one's token too.
    source = hold_source(source)
    ended = source.tokens.filter(revoked=None).update(revoked=timezone.now())
    if ended:
        audit.record("scim_token.revoked_all", source, count=ended)
    return create_token(source=source, name=name, expires=expires)._replace(replaced=ended)


def said_of_new_token(replaced: int) -> str:
    """Return what people are told of a new token that ended so many others."""
    said = _("There is a new SCIM token.")
    return f"{said} {_('Every earlier one is dead.')}" if replaced else said
