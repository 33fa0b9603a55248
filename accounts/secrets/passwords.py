"""Passwords: the form in which they are compared, and what is stored of them.

A password is prepared by the profile OpaqueString (RFC 8265, Section 4), so that the same one typed
on another keyboard is the same.  What was stored before is tried as typed, too.

How many hashes an answer costs depends on nothing about the address: accounts that share one
share the salt of their hashes, so that one hash decides for all of them; where they do not yet,
every answer everywhere costs as many as the worst address needs (:mod:`accounts.storage.salts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.contrib.auth.hashers import (
    get_hasher,
    identify_hasher,
    is_password_usable,
    make_password,
)
from django.utils.crypto import constant_time_compare
from precis_i18n import get_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PROFILE: Final = get_profile("OpaqueString")


class Verdict(NamedTuple):
    """What a password is to one stored hash; ``is_current`` is false if it should be made anew."""

    matches: bool
    is_current: bool


def prepare(password: str) -> str:
    """Return ``password`` as it is compared.

    Raises:
        UnicodeError: It holds a character that no password may hold, such as a control character.
    """
    return str(_PROFILE.enforce(password))


def hash_of(password: str, *, salt: str = "") -> str:
    """Return what is stored of ``password``, with ``salt`` if it is given, or a new one.

    Raises:
        UnicodeError: As :func:`prepare` does.
        HashingBusyError: Too many others are hashed at this moment.
    """
    return make_password(prepare(password), salt=salt or None)


def salt_of(stored: str) -> str:
    """Return the salt of a hash that would be made the same way today, or nothing."""
    hasher = get_hasher()
    if not is_password_usable(stored) or not stored.startswith(f"{hasher.algorithm}$"):
        return ""
    salt = "" if hasher.must_update(stored) else str(hasher.decode(stored)["salt"])
    return salt if salt.isascii() else ""  # Other bytes do not survive being read as text.


def judge(password: str, stored: Sequence[str], *, salts: int) -> list[Verdict]:
    """Return what ``password`` is to each of ``stored``, at the cost of ``salts`` hashes.

    It costs twice as many if the password is not in its prepared form, which the person who typed
    it decides.  Of hashes with more different salts than that, the first ones are judged.

    Raises:
        HashingBusyError: Too many others are hashed at this moment.
    """
    tests = _tests(stored)[:salts]
    judged = [Verdict(matches=False, is_current=False)] * len(stored)
    for number, form in enumerate(_forms(password)):
        for place in range(salts):
            if place >= len(tests):
                _spend_a_hash(form)
                continue
            for index in tests[place].passing(form):
                is_current = number == 0 and place == 0 and bool(salt_of(stored[index]))
                judged[index] = Verdict(matches=True, is_current=is_current)
    return judged


class _Test(NamedTuple):
    """One hash, which decides for all the stored ones that were made with the same salt."""

    passing: Callable[[str], list[int]]


def _tests(stored: Sequence[str]) -> list[_Test]:
    alike: dict[str, list[int]] = {}
    for index, encoded in enumerate(stored):
        if _is_known(encoded):
            alike.setdefault(salt_of(encoded) or encoded, []).append(index)
    return [_test(salt, indices, stored) for salt, indices in alike.items()]


def _test(salt: str, indices: list[int], stored: Sequence[str]) -> _Test:
    def by_salt(form: str) -> list[int]:
        made = get_hasher().encode(form, salt)
        return [index for index in indices if constant_time_compare(made, stored[index])]

    def by_itself(form: str) -> list[int]:
        return [index for index in indices if identify_hasher(salt).verify(form, salt)]

    return _Test(by_itself if salt == stored[indices[0]] else by_salt)


def _is_known(encoded: str) -> bool:
    if not is_password_usable(encoded):
        return False
    try:
        identify_hasher(encoded)
    except ValueError:
        return False
    return True


def _forms(password: str) -> list[str]:
    """Return what may have been hashed: the prepared form first, and what was typed."""
    try:
        prepared = prepare(password)
    except UnicodeError:  # Nobody can choose it any more; somebody may have done before.
        return [password]
    return [prepared] if prepared == password else [prepared, password]


def _spend_a_hash(form: str) -> None:
    hasher = get_hasher()
    hasher.encode(form, hasher.salt())
