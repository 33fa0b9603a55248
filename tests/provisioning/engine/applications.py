"""Applications as their pages make them, with a target on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from accounts.secrets.encryption import seal_json
from provisioning.models import Application, ApplicationMapping, Assignment
from provisioning.models.applications import SEALED_TOKEN

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup

TOKEN: Final = "t"
USER_ROWS: Final = (
    ("userName", "userName"),
    ("externalId", "id"),
    ("displayName", "displayName"),
    ("name.givenName", "name.givenName"),
    ("name.familyName", "name.familyName"),
    ('emails[type eq "work"].value', 'emails[type eq "work"].value'),
    ("phoneNumbers", "phoneNumbers"),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    ),
)
GROUP_ROWS: Final = (("displayName", "displayName"), ("externalId", "id"))


def make_application(
    base_url: str, *groups: DirectoryGroup, token: str = TOKEN, **columns: Any
) -> Application:
    """Make an application that sends to ``base_url``, assigned to groups."""
    values = {"name": "Planner", "delete_users": True, "delete_groups": True, **columns}
    made = Application.objects.create(
        base_url=base_url, token=seal_json(token, SEALED_TOKEN).decode(), **values
    )
    for resource, rows in (("User", USER_ROWS), ("Group", GROUP_ROWS)):
        for position, (target, source) in enumerate(rows):
            ApplicationMapping.objects.create(
                application=made,
                resource=resource,
                position=position,
                target=target,
                how="direct",
                source=source,
            )
    for group in groups:
        Assignment.objects.create(application=made, group=group)
    return made
