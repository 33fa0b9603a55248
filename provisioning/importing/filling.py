"""What a resource at a target would say of a person of ours; ours is never overwritten."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from accounts.services.users import UserFields
from provisioning.importing.errors import NotDecidedError
from provisioning.mapping.rows import How
from provisioning.models import ApplicationMapping
from provisioning.protocol.paths import PathError, parse_target_path, put_at, value_at
from provisioning.protocol.steps import Kind
from scim.adapters.user_adapter import user_fields
from scim.protocol import urns
from scim.protocol.core_schemas import USER
from scim.protocol.errors import SCIMError
from scim.protocol.resources import read_resource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from accounts.models import User
    from provisioning.models import Application

_TAKEN: Final = frozenset(
    {
        *("userName", "name", "displayName", "nickName", "title", "userType", "active"),
        *("preferredLanguage", "locale", "timezone", "emails", "phoneNumbers", "addresses"),
        urns.ENTERPRISE_USER,
    }
)
"""What is taken over of a person; nothing that gives a right, and nobody else's id."""
_COLUMNS: Final = ("given_name", "family_name", "display_name")
_ATTRIBUTES: Final = (
    *("title", "nickName", "preferredLanguage", "locale", "timezone"),
    "phoneNumbers",
)
_MANAGER: Final = "manager"
_NOT_OURS: Final = frozenset({"id", "externalId", "role", "groups"})
"""What a mapping reads of us and no target tells us."""
FILLED: Final = (*_COLUMNS, *_ATTRIBUTES)
"""What of a person may be filled where it is empty here, each once it is ticked.

No address: links for a new password go there, and it is another system that would choose it.
"""


def person_from(application: Application, resource: Mapping[str, Any]) -> UserFields:
    """Return the person that a resource at a target describes, as the mapping says it backwards.

    Roles, entitlements, groups, the password and ids of theirs are not taken over.

    Raises:
        NotDecidedError: Nobody can be made of it.
    """
    try:
        canonical = read_resource(_as_ours(application, resource), USER)
        taken = {name: value for name, value in canonical.items() if name in _TAKEN}
        if urns.ENTERPRISE_USER in taken:
            extension = dict(taken.pop(urns.ENTERPRISE_USER))
            extension.pop(_MANAGER, None)
            taken |= {urns.ENTERPRISE_USER: extension} if extension else {}
        return replace(user_fields(taken), external_id="")
    except SCIMError as error:
        text = _("What the application shows of them cannot be kept here: %(reason)s")
        raise NotDecidedError(text % {"reason": error}) from error


def filled(user: User, theirs: UserFields, fields: Collection[str]) -> UserFields:
    """Return the person as they are, with those of ``fields`` filled that are empty here."""
    ours = UserFields.of(user)
    columns = {
        name: getattr(theirs, name)
        for name in _COLUMNS
        if name in fields and getattr(theirs, name) and not getattr(ours, name)
    }
    others: dict[str, Any] = {
        name: theirs.attributes[name]
        for name in _ATTRIBUTES
        if name in fields and name in theirs.attributes and not ours.attributes.get(name)
    }
    return replace(ours, **columns, attributes={**ours.attributes, **others})


def _as_ours(application: Application, resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource with each value where we keep it that the mapping sends as it is."""
    rows = ApplicationMapping.objects.filter(
        application=application, resource=Kind.USER, how=How.DIRECT
    ).order_by("position")
    pairs = [(row.target.strip(), row.source.strip()) for row in rows]
    known = {source for target, source in pairs if target == source} | _NOT_OURS
    ours = deepcopy(dict(resource))
    for target, source in pairs:
        if source in known:
            continue
        try:
            value = value_at(resource, parse_target_path(target))
            if value not in (None, ""):
                put_at(ours, parse_target_path(source), value)
                known.add(source)
        except PathError:
            continue
    return ours
