"""The order of the console's pages: sections of the sidebar, and the trail above a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the pages below it: labels of models, or names of console pages.

    ``path`` are the headings above, from the outside in, such as *System settings*, *Users*;
    the pages that come before every heading have an empty one.  Pages ``below`` the first one are
    reached from it: they are found and have their place in the trail, and the list leaves them out.
    """

    key: str
    path: tuple[StrOrPromise, ...]
    entries: tuple[str, ...]
    below: tuple[str, ...] = ()


SYSTEM_SETTINGS = _("System settings")

CONSOLE_SECTIONS = (
    Section("overview", ("",), ("dashboard", "access_requests.accessrequest", "access-reviews")),
    Section(
        "users",
        (SYSTEM_SETTINGS, _("Users")),
        ("accounts.user", "accounts.accessprofile", "accounts.directorygroup"),
    ),
    Section(
        "security", (SYSTEM_SETTINGS, _("Security")), ("saml-and-scim", "accounts.emaildomain")
    ),
    Section(
        "advanced",
        (SYSTEM_SETTINGS, _("Advanced settings")),
        ("scim-api", "scim.extensionschema", "appearance"),
    ),
    Section(
        "provisioning",
        (_("Provisioning"),),
        (
            *("scim.source", "held-changes", "provisioning.application"),
            *("provisioning.conflict", "provisioning.importrow"),
        ),
    ),
    Section(
        "licences",
        (_("Licences"),),
        (
            *("licenses.subscription", "seats-over-time", "waiting-for-a-seat"),
            *("idle-seats", "who-holds-what", "licenses.seat"),
        ),
    ),
    Section(
        "records",
        (_("Records"),),
        ("log", "jobs"),
        below=(
            *("scim.requestlogentry", "provisioning.operation"),
            *("saml-and-scim-attempts", "accounts.auditentry"),
        ),
    ),
)

PLATFORM_SECTIONS = (
    Section(
        "customers",
        (_("Customers"),),
        ("accounts.tenant", "licenses.subscription", "licenses.product", "accounts.emaildomain"),
    ),
    Section(
        "deployment",
        (_("Deployment"),),
        ("accounts.user", "accounts.lockout", "accounts.job", "accounts.auditentry"),
    ),
)
