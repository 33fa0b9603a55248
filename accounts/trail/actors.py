"""What those are called in the trail who are no people of the product."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "SCIM: "
"""What the name of an inbound source is written after."""


def source_as_actor(name: str) -> str:
    """Return what the source called ``name`` is called in the trail when it acts.

    >>> source_as_actor("Okta")
    'SCIM: Okta'
    """
    return f"{SOURCE}{name}"


def source_name_of(actor: str) -> str:
    """Return the name of the source that ``actor`` is; empty if it is none.

    >>> source_name_of("SCIM: Okta"), source_name_of("alice@acme.example")
    ('Okta', '')
    """
    return actor.removeprefix(SOURCE) if actor.startswith(SOURCE) else ""
