"""Encryption at rest of what must be read back: private keys, personal values, fresh secrets."""

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

_INFO = b"gatehouse saml_sso encryption at rest"  # Never changes: values were sealed with it.
_FAST: Final = 1


class SealError(RuntimeError):
    """A stored value cannot be read: it was encrypted with a key that is configured no more."""


def seal(plain: str) -> bytes:
    """Return ``plain`` encrypted with a key derived from ``SECRET_KEY``."""
    return _ciphers().encrypt(plain.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Return what :func:`seal` was given, also under an earlier ``SECRET_KEY``.

    Raises:
        SealError: Neither ``SECRET_KEY`` nor one of its fallbacks is the key it was sealed with.
    """
    return _decrypted(sealed).decode()


def seal_json(value: Any) -> bytes:
    """Return ``value``, which is JSON and may be long, compressed and encrypted."""
    return _ciphers().encrypt(zlib.compress(orjson.dumps(value), _FAST))


def unseal_json(sealed: bytes | memoryview) -> Any:
    """Return what :func:`seal_json` was given.

    Raises:
        SealError: As :func:`unseal` does.
    """
    return orjson.loads(zlib.decompress(_decrypted(sealed)))


def _decrypted(sealed: bytes | memoryview) -> bytes:
    try:
        return _ciphers().decrypt(bytes(sealed))
    except InvalidToken as error:
        raise SealError(
            "A stored secret cannot be decrypted. Put the earlier key into "
            "GATEHOUSE_PREVIOUS_SECRET_KEYS."
        ) from error


def _ciphers() -> MultiFernet:
    return _derived((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _derived(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def _fernet_key(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
