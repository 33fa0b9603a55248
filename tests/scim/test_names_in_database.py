"""What the maker prepares, and what the database folds, over every character that is permitted."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from accounts.services.user_sets import create_users
from accounts.services.users import UserFields
from accounts.tenancy.scoping import tenant_scope
from naming.addresses import prepared_address
from naming.errors import NameObjectionError

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

FOLDED = """
SELECT name, normalize(lower(name COLLATE gatehouse_unicode), NFC)
FROM unnest(%s::text[]) AS names(name)
"""
DIFFERS = set("ςΣİ")
"""Letters whose small form depends on their neighbours, or on the version of PostgreSQL."""


def permitted() -> dict[str, str]:
    """Return each permitted character between others, with the form in which it is compared."""
    found = {}
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if unicodedata.category(character) in {"Cn", "Co", "Cs"}:
            continue
        try:
            found[character] = prepared_address(f"a{character}a")
        except NameObjectionError:
            continue
    return found


def test_the_maker_and_the_database_agree_on_every_permitted_character(db: None) -> None:
    """But for width, which the database does not map, and the letters named above."""
    forms = permitted()
    names = [f"a{character}a" for character in forms]

    with connection.cursor() as cursor:
        cursor.execute(FOLDED, [names])
        folded = dict(cursor.fetchall())

    differing = {
        character
        for character, form in forms.items()
        if folded[f"a{character}a"] != form
        and unicodedata.decomposition(character).split(" ")[0] not in {"<wide>", "<narrow>"}
    }
    unknown = {c for c in differing if not _is_newer_than_the_database(folded[f"a{c}a"], c)}
    assert unknown <= DIFFERS
    assert len(forms) > 120_000


def _is_newer_than_the_database(folded: str, character: str) -> bool:
    """Whether a capital letter was left alone by a database that knows an older Unicode."""
    return folded == f"a{character}a" and character.lower() != character


def test_every_script_is_found_by_what_was_sent_and_by_its_other_case(
    acme: Tenant, scim: SCIMClient
) -> None:
    """A sample of the permitted characters, through storing and filtering."""
    sample = [character for character in list(permitted())[::997] if character.isalpha()]
    names = {f"x{character}x{number}@ex.example": None for number, character in enumerate(sample)}
    with tenant_scope(acme):
        made = create_users(many=[UserFields(user_name=name) for name in names])

    for name, user_id in zip(names, made, strict=True):
        other = "".join(c.upper() if c.upper().lower() == c else c for c in name)
        for spelt in (name, other, unicodedata.normalize("NFD", name)):
            assert scim.ids(f'userName eq "{spelt}"') == {user_id}


@pytest.mark.parametrize(
    "condition", ['emails.value eq "{}"', 'emails eq "{}"', 'emails[value eq "{}"]', "{}"]
)
def test_an_address_is_found_in_any_case_and_as_it_was_sent(
    scim: SCIMClient, condition: str
) -> None:
    """``caseExact`` is false for it, and nothing else is asked for (RFC 7643, Section 4.1.2)."""
    address = "Ömer.Straße@Büro.example"
    made = scim.create({"userName": "omer", "emails": [{"value": address, "type": "home"}]})
    spelt = {
        address: True,
        address.lower(): True,
        "ÖMER.STRAßE@BÜRO.EXAMPLE": True,
        unicodedata.normalize("NFD", address): False,
        "Ömer.Straße@xn--bro-hoa.example": False,
        "Omer.Strasse@Buro.example": False,
    }

    assert made["emails"][0]["value"] == address
    for text, is_found in spelt.items():
        where = condition.format(text) if condition != "{}" else f'not (emails.value ne "{text}")'
        assert scim.ids(where) == ({made["id"]} if is_found else set()), text
