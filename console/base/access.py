"""Which role may do what: one table, and nothing beside it.

Pages, navigation, forms, actions and tests are driven by it.  A page that is not in the table is
for nobody.  Keys are the labels of models (their lists and forms) and the names of pages of their
own (:mod:`console.base.pages`).  Everybody has their own account page, whatever the role.
"""

from __future__ import annotations

from enum import Flag, auto
from typing import TYPE_CHECKING, Final

from accounts.models import Role

if TYPE_CHECKING:
    from accounts.models import User


class Access(Flag):
    """What a role may do on a page."""

    NONE = 0
    VIEW = auto()
    """See the list and each object."""
    HISTORY = auto()
    """Read what the audit trail says of one object."""
    EXPORT = auto()
    """Take the list away as CSV."""
    PROFILE = auto()
    """Change the names of people whom no identity provider manages."""
    LICENCES = auto()
    """Give and release licences."""
    MEMBERS = auto()
    """Change who is a member, never oneself, of what gives no role."""
    PAUSE = auto()
    """Switch a connection off and on again."""
    TRY = auto()
    """Test a connection, try again what is stuck, preview a plan, provision one person."""
    MAPPING = auto()
    """Change rows of a mapping that neither identify people nor decide over them."""
    DECIDE = auto()
    """Grant or refuse what people ask for, never what one asks for oneself."""
    CHANGE = auto()
    """Everything else: make, change, delete, invite, and all of the above."""


READ: Final = Access.VIEW | Access.HISTORY | Access.EXPORT
EVERYTHING: Final = ~Access.NONE

_ADMIN: Final = {Role.ADMIN: EVERYTHING}
_READ_BY_ADMIN: Final = {Role.ADMIN: READ}

ACCESS: Final[dict[str, dict[Role, Access]]] = {
    "dashboard": {role: Access.VIEW for role in Role if role != Role.MEMBER},
    # Finds only what the role may open.
    "search": {role: Access.VIEW for role in Role if role != Role.MEMBER},
    # What was done to many at once, as far as the role may do the same.
    "jobs": _ADMIN | {Role.EDITOR: Access.VIEW},
    # For developers, where the settings let anybody see it.
    "components": {role: Access.VIEW for role in Role if role != Role.MEMBER},
    # --- What people ask for ---
    "access_requests.accessrequest": {
        Role.ADMIN: Access.VIEW | Access.DECIDE,
        Role.CHANGE_REQUEST_MANAGER: Access.VIEW | Access.DECIDE,
    },
    # --- Finding whom a field names: whoever fills such a field ---
    "to-pick": {
        Role.ADMIN: Access.VIEW,
        Role.CHANGE_REQUEST_MANAGER: Access.VIEW,
        Role.ACCESS_REVIEW_MANAGER: Access.VIEW,
    },
    # --- Access reviews: reviewers decide on their account page, whatever their role ---
    "access-reviews": _ADMIN | {Role.ACCESS_REVIEW_MANAGER: READ | Access.CHANGE},
    # --- People ---
    "accounts.user": _ADMIN
    | {
        Role.EDITOR: Access.VIEW | Access.PROFILE | Access.LICENCES,
        Role.ACCESS_REVIEW_MANAGER: READ,
    },
    "people-import": _ADMIN,
    "accounts.accessprofile": _ADMIN
    | {
        Role.CHANGE_REQUEST_MANAGER: Access.VIEW | Access.MEMBERS,
        Role.ACCESS_REVIEW_MANAGER: READ,
    },
    "accounts.directorygroup": _ADMIN
    | {
        Role.CHANGE_REQUEST_MANAGER: Access.VIEW | Access.MEMBERS,
        Role.ACCESS_REVIEW_MANAGER: READ,
    },
    # --- Licences ---
    "user-licenses-csv": _ADMIN | {Role.EDITOR: Access.VIEW | Access.CHANGE},
    "licenses.subscription": _READ_BY_ADMIN
    | {Role.EDITOR: Access.VIEW, Role.ACCESS_REVIEW_MANAGER: READ},
    "licenses.seat": {
        Role.ADMIN: READ | Access.LICENCES,
        Role.EDITOR: Access.VIEW | Access.LICENCES,
        Role.ACCESS_REVIEW_MANAGER: READ,
    },
    "who-holds-what-csv": _READ_BY_ADMIN | {Role.ACCESS_REVIEW_MANAGER: READ},
    # --- Signing in ---
    "saml-and-scim": _ADMIN,
    "sign-in-attempts": _ADMIN | {Role.ACCESS_REVIEW_MANAGER: READ},
    "accounts.emaildomain": _ADMIN,
    # --- Connections: with an admin stay tokens and whatever has power over people ---
    "scim-api": _ADMIN,
    "scim.source": _ADMIN
    | {Role.CONNECTOR_ADMIN: Access.VIEW | Access.HISTORY | Access.PAUSE | Access.MAPPING},
    "scim.bearertoken": _ADMIN,
    "held-changes": _ADMIN,
    "scim.extensionschema": _ADMIN | {Role.CONNECTOR_ADMIN: Access.VIEW | Access.HISTORY},
    "provisioning.application": _ADMIN
    | {
        Role.CONNECTOR_ADMIN: Access.VIEW
        | Access.HISTORY
        | Access.PAUSE
        | Access.MAPPING
        | Access.TRY
    },
    "provisioning.applicationrole": _ADMIN | {Role.CONNECTOR_ADMIN: Access.VIEW | Access.HISTORY},
    # Sending, deciding and revealing are judged as changes of the application.
    "provisioning.run": {
        Role.ADMIN: Access.VIEW | Access.EXPORT,
        Role.CONNECTOR_ADMIN: Access.VIEW | Access.EXPORT,
    },
    "provisioning.conflict": {Role.ADMIN: Access.VIEW | Access.HISTORY},
    # What imports found; deciding is judged as a change of the application.
    "provisioning.importrow": {Role.ADMIN: Access.VIEW | Access.EXPORT},
    "appearance": _ADMIN,
    # --- Logs ---
    # Joins the logs below, and shows of them what each of their own pages shows.
    "log": dict.fromkeys(
        (Role.ADMIN, Role.CONNECTOR_ADMIN, Role.ACCESS_REVIEW_MANAGER), Access.VIEW
    ),
    "provisioning.operation": {
        Role.ADMIN: Access.VIEW | Access.EXPORT | Access.TRY,
        Role.CONNECTOR_ADMIN: Access.VIEW | Access.EXPORT | Access.TRY,
        Role.ACCESS_REVIEW_MANAGER: Access.VIEW | Access.EXPORT,
    },
    "scim.requestlogentry": _READ_BY_ADMIN
    | {Role.CONNECTOR_ADMIN: READ, Role.ACCESS_REVIEW_MANAGER: READ},
    "accounts.auditentry": _READ_BY_ADMIN | {Role.ACCESS_REVIEW_MANAGER: READ},
}

CONSOLE_ROLES: Final = frozenset(role for row in ACCESS.values() for role in row)
"""Roles that may enter the console at all."""


def may_enter(user: User) -> bool:
    """Whether ``user`` may open the console: an active person of a tenant with a fitting role."""
    return user.active and user.tenant_id is not None and user.role in CONSOLE_ROLES


def access_of(user: User, page: str) -> Access:
    """Return what ``user`` may do on ``page``, a key of :data:`ACCESS`."""
    if not may_enter(user):
        return Access.NONE
    return ACCESS.get(page, {}).get(Role(user.role), Access.NONE)
