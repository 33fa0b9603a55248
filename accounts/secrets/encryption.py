"""Encryption at rest of what must be read back: private keys, personal values, fresh secrets.

Each *purpose* has a key of its own, derived from ``SECRET_KEY``: what was sealed for one opens for
no other, so that a sealed value that is put in another's place is read by nobody.
"""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache
from typing import Any, Final

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_BEFORE_PURPOSES: Final = b"gatehouse saml_sso encryption at rest"
"""What every key was derived with before there were purposes; values sealed with it are read."""

_FAST: Final = 1


class SealError(RuntimeError):
    """A stored value cannot be read.

    It was encrypted with a key that is configured no more, or for another purpose.
    """


def seal(plain: str, purpose: str) -> bytes:
    """Return ``plain`` encrypted with the key of ``purpose``, derived from ``SECRET_KEY``."""
    return _ciphers(purpose).encrypt(plain.encode())


def unseal(sealed: bytes | memoryview, purpose: str) -> str:
    """Return what :func:`seal` was given, also under an earlier ``SECRET_KEY``.

    Raises:
        SealError: It was sealed for another purpose, or neither ``SECRET_KEY`` nor one of its
            fallbacks is the key it was sealed with.
    """
    return _decrypted(sealed, purpose).decode()


def seal_json(value: Any, purpose: str) -> bytes:
    """Return ``value``, which is JSON and may be long, compressed and encrypted."""
    return _ciphers(purpose).encrypt(zlib.compress(orjson.dumps(value), _FAST))


def unseal_json(sealed: bytes | memoryview, purpose: str) -> Any:
    """Return what :func:`seal_json` was given.

    Raises:
        SealError: As :func:`unseal` does.
    """
    return orjson.loads(zlib.decompress(_decrypted(sealed, purpose)))


def resealed(sealed: bytes | memoryview, purpose: str) -> bytes | None:
    """Return the value sealed with today's key of ``purpose``, or ``None`` if it is already.

    Raises:
        SealError: As :func:`unseal` does.
    """
    try:
        _cipher(settings.SECRET_KEY, purpose.encode()).decrypt(bytes(sealed))
    except InvalidToken:
        return _ciphers(purpose).encrypt(_decrypted(sealed, purpose))
    return None


def _decrypted(sealed: bytes | memoryview, purpose: str) -> bytes:
    try:
        return _ciphers(purpose).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise SealError(
            "A stored secret cannot be decrypted. Put the earlier key into "
            "GATEHOUSE_PREVIOUS_SECRET_KEYS."
        ) from error


def _ciphers(purpose: str) -> MultiFernet:
    return _derived((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose)


@lru_cache(maxsize=64)
def _derived(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    infos = (purpose.encode(), _BEFORE_PURPOSES)
    return MultiFernet([_cipher(key, info) for info in infos for key in keys])


@lru_cache(maxsize=64)
def _cipher(key: str, info: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
