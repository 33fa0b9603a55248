"""Which role may see and change what in the console: one table, and nothing beside it.

A page that is not in the table is for nobody.  Keys are the labels of models (their lists and
forms) and the names of pages of their own (:mod:`accounts.console.pages`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from accounts.models import Role

if TYPE_CHECKING:
    from accounts.models import User


class Access(IntEnum):
    """What a role may do on a page."""

    NONE = 0
    VIEW = 1
    CHANGE = 2


_ADMIN_ONLY = {Role.ADMIN: Access.CHANGE}
_CONNECTIONS = {Role.ADMIN: Access.CHANGE, Role.CONNECTOR_ADMIN: Access.CHANGE}
_CONNECTION_LOGS = {Role.ADMIN: Access.VIEW, Role.CONNECTOR_ADMIN: Access.VIEW}
_PEOPLE = {Role.ADMIN: Access.CHANGE, Role.ACCESS_REVIEW_MANAGER: Access.VIEW}
_REVIEWS = {Role.ADMIN: Access.VIEW, Role.ACCESS_REVIEW_MANAGER: Access.VIEW}
_EVERYBODY_INSIDE = {
    Role.ADMIN: Access.VIEW,
    Role.CONNECTOR_ADMIN: Access.VIEW,
    Role.ACCESS_REVIEW_MANAGER: Access.VIEW,
}

ACCESS: dict[str, dict[Role, Access]] = {
    "dashboard": _EVERYBODY_INSIDE,
    "accounts.user": _PEOPLE,
    "user-export": _REVIEWS,
    "user-licenses-csv": _ADMIN_ONLY,
    "accounts.accessprofile": _PEOPLE,
    "accounts.directorygroup": _PEOPLE | {Role.CONNECTOR_ADMIN: Access.VIEW},
    "accounts.emaildomain": _ADMIN_ONLY,
    "saml-and-scim": _ADMIN_ONLY,
    "scim.source": _CONNECTIONS,
    # A token can make anybody an admin (role:admin is a group), so only admins may have one.
    "scim.bearertoken": _ADMIN_ONLY,
    "scim.extensionschema": _CONNECTIONS,
    "scim.requestlogentry": _CONNECTION_LOGS,
    "licenses.subscription": _REVIEWS,
    "licenses.seat": _REVIEWS,
    "accounts.auditentry": _REVIEWS,
}

CONSOLE_ROLES = frozenset(role for row in ACCESS.values() for role in row)
"""Roles that may enter the console at all."""


def may_enter(user: User) -> bool:
    """Whether ``user`` may open the console: an active person of a tenant with a fitting role."""
    return user.active and user.tenant_id is not None and user.role in CONSOLE_ROLES


def access_of(user: User, page: str) -> Access:
    """Return what ``user`` may do on ``page``, a key of :data:`ACCESS`."""
    if not may_enter(user):
        return Access.NONE
    return ACCESS.get(page, {}).get(Role(user.role), Access.NONE)
