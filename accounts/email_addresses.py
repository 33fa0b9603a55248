"""Keeping the account's address and the addresses of the SCIM resource one and the same."""

from __future__ import annotations

from typing import Any


def with_address(attributes: dict[str, Any], *, former: str, address: str) -> dict[str, Any]:
    """Return ``attributes`` in whose ``emails`` ``address`` has taken the place of ``former``.

    Identity providers read and search ``emails``; the account's own column must not contradict
    them when somebody edits it here.
    """
    emails: list[dict[str, Any]] = list(attributes.get("emails", []))
    place = next(
        (index for index, element in enumerate(emails) if element.get("value") == former), None
    )
    if place is not None and address:
        emails[place] = {**emails[place], "value": address}
    elif place is not None:
        del emails[place]
    elif address:
        emails.append({"value": address, "type": "work", "primary": not emails})
    rest = {key: value for key, value in attributes.items() if key != "emails"}
    return {**rest, "emails": emails} if emails else rest
