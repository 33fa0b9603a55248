"""Guessing from ``User-Agent`` which identity provider calls: for people to read only."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_MARKS: Final = (
    ("okta", "Okta"),
    ("azure", "Microsoft Entra ID"),
    ("microsoft", "Microsoft Entra ID"),
    ("entra", "Microsoft Entra ID"),
    ("onelogin", "OneLogin"),
    ("google", "Google Workspace"),
    ("jumpcloud", "JumpCloud"),
    ("pingfederate", "PingFederate"),
    ("pingone", "PingOne"),
    ("ping identity", "Ping Identity"),
    ("keycloak", "Keycloak"),
    ("authentik", "authentik"),
    ("miniorange", "miniOrange"),
    ("rippling", "Rippling"),
    ("scim2-tester", "scim2-tester"),
    ("postman", "Postman"),
    ("curl/", "curl"),
    ("python", "Python"),
)


@lru_cache(maxsize=256)
def client_called(user_agent: str) -> str:
    """Return the name of the client, or ``""`` when it says nothing that is known.

    >>> client_called("Okta SCIM Client 1.0.0")
    'Okta'
    >>> client_called("")
    ''
    """
    folded = user_agent.lower()
    return next((name for mark, name in _MARKS if mark in folded), "")
