"""Recovery codes: how a system admin gets in when the identity provider does not let them."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import SignInRefusedError
from accounts.models import RecoveryCode, User
from accounts.secrets.secrets_digest import digest_of
from accounts.trail import audit

CODES_PER_SET: Final = 10
_BYTES: Final = 10  # 80 bits: 16 characters of Base32.
_GROUP: Final = 4
_MISREAD: Final = str.maketrans("018", "OIB")
"""Digits that Base32 does not have, read as the letters they look like."""


@transaction.atomic
def make_recovery_codes(*, user: User) -> list[str]:
    """Return ten new codes of ``user``; all earlier ones are dead.

    The codes cannot be shown again: only their digests are stored.

    Raises:
        SignInRefusedError: The person is not an active system admin.
    """
    if not user.is_admin:
        raise SignInRefusedError(_("Only system admins have recovery codes."))
    codes = [_new_code() for _number in range(CODES_PER_SET)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(tenant=user.tenant, user=user, digest=_digest(user, code)) for code in codes
    )
    audit.record("recovery_codes.made", user, number=len(codes))
    return codes


@transaction.atomic
def use_recovery_code(*, user: User, code: str) -> bool:
    """Use up ``code`` of ``user``, in any letter case, with or without hyphens and spaces.

    Returns whether it was an unused code of an active system admin.
    """
    if not user.is_admin:
        return False
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used=None)
    if not unused.update(used=timezone.now()):
        return False
    audit.record("recovery_code.used", user, left=count_recovery_codes(user=user))
    return True


def count_recovery_codes(*, user: User) -> int:
    """Return how many unused codes ``user`` has."""
    return RecoveryCode.objects.filter(user=user, used=None).count()


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_BYTES)).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(user: User, code: str) -> str:
    plain = "".join(character for character in code.upper() if character.isalnum())
    plain = plain.translate(_MISREAD)
    return digest_of(f"{user.pk}:{plain}")
