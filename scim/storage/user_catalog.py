"""Where each attribute of a User is in the database; the row of accounts_user is ``u``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from accounts.group_kinds.fixed_names import ROLE_NAMES, profile_group_name
from accounts.identifiers import is_canonical_uuid
from accounts.models import Role
from accounts.models.users import UNICODE_COLLATION
from accounts.storage.groups_of_people import groups_of, people_in_group, people_with_profile
from scim.addresses import groups_url, users_url
from scim.protocol import urns
from scim.queries.filter_query import SQL, Scalar, json_elements, json_scalar, quoted
from scim.queries.name_columns import NAMES_OF_PEOPLE
from scim.queries.own_values import own_elements, own_scalar
from scim.storage.person_columns import TEXT_ATTRIBUTES

if TYPE_CHECKING:
    from scim.protocol.schemas import AttributePath
    from scim.queries.name_columns import NameColumn

_PROFILE_ID: Final = re.compile(r"profile:([1-9][0-9]{0,17})")


def _text(column: str) -> Scalar:
    """Return a column in which an empty text means that there is no value."""
    present = f"u.{column} <> ''"
    return Scalar(f"u.{column}", present, present)


def _always(expression: str, names: NameColumn | None = None) -> Scalar:
    return Scalar(expression, "TRUE", "TRUE", names)


_SCALARS: Final = {
    "id": _always("u.id::text"),
    "externalId": _text("external_id"),
    "userName": _always("u.user_name", NAMES_OF_PEOPLE),
    **{attribute: _text(column) for attribute, column in TEXT_ATTRIBUTES.items()},
    "active": _always("u.active"),
    "name.givenName": _text("given_name"),
    "name.familyName": _text("family_name"),
    "meta.resourceType": _always("'User'"),
    "meta.created": _always("u.created"),
    "meta.lastModified": _always("u.last_modified"),
    "meta.version": _always("('W/\"' || u.version || '\"')"),
}


class UserCatalog:
    """The :class:`~scim.queries.filter_query.Catalog` of Users of one tenant."""

    def __init__(self, tenant_id: int) -> None:
        self._tenant = tenant_id

    def scalar(self, path: AttributePath) -> Scalar | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        if path.attribute.is_own:
            return own_scalar(_json(path), path)
        if path.extension:
            return json_scalar(_json(path), path.target)
        name = str(path)
        if name == "id":
            return _SCALARS["id"]
        if name == "meta.location":
            prefix = quoted(users_url())
            return _always(f"({prefix} || u.id::text)")
        return _SCALARS.get(name) or json_scalar(_json(path), path.target)

    def elements(self, path: AttributePath) -> str | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        name = path.attribute.name
        if not path.extension and name == "groups":
            return _groups()
        if not path.extension and name == "schemas":
            return _SCHEMAS
        json = _json_of_attribute(path)
        return own_elements(json, path) if path.attribute.is_own else json_elements(json)

    def presence(self, path: AttributePath) -> str | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        if not path.extension and path.attribute.name == "meta":
            return "TRUE"
        present = f"({_json_of_attribute(path)}) IS NOT NULL"
        if not path.extension and path.attribute.name == "name":
            return f"{present} OR u.given_name <> '' OR u.family_name <> ''"
        return present

    def shortcut(self, path: AttributePath, value: str) -> SQL | None:
        """See :class:`~scim.queries.filter_query.Catalog`: ids, addresses, groups are indexed."""
        if path.extension:
            return None
        if path.attribute.name == "id":
            return SQL("(u.id = %s::uuid)", (value,)) if is_canonical_uuid(value) else SQL("FALSE")
        if path.sub_attribute is None or path.sub_attribute.name != "value":
            return None
        if path.attribute.name == "emails":
            folded = f"lower(%s::text COLLATE {UNICODE_COLLATION})"
            return SQL(
                f'(accounts_email_values(u.attributes) @> ARRAY[{folded} COLLATE "default"])',
                (value,),
            )
        if path.attribute.name == "groups":
            return self._in_group(value)
        return None

    def _in_group(self, group_id: str) -> SQL:
        kind, _, rest = group_id.partition(":")
        if kind == "role" and rest in Role.values:
            return SQL("(u.role = %s)", (rest,))
        profile = _PROFILE_ID.fullmatch(group_id)
        if profile:
            return SQL(f"(u.id IN ({people_with_profile(self._tenant)}))", (int(profile[1]),))
        if is_canonical_uuid(group_id):
            return SQL(f"(u.id IN ({people_in_group(self._tenant)}))", (group_id,))
        return SQL("FALSE")


_SCHEMAS: Final = (
    f"(SELECT to_jsonb({quoted(urns.USER)}::text) UNION ALL "
    "SELECT to_jsonb(k) FROM jsonb_object_keys(u.attributes) k WHERE strpos(k, ':') > 0) AS e(v)"
)


def _groups() -> str:
    names = " ".join(
        f"WHEN {quoted(role)} THEN {quoted(name)}" for role, name in ROLE_NAMES.items()
    )
    profile = quoted(profile_group_name(""))
    prefix = quoted(groups_url())
    return (
        f"(SELECT jsonb_build_object('value', g.id, '$ref', {prefix} || g.id, "
        "'display', g.name, 'type', CASE WHEN g.direct THEN 'direct' ELSE 'indirect' END) "
        f"FROM (SELECT 'role:' || u.role AS id, CASE u.role {names} END AS name, TRUE AS direct "
        f"UNION ALL (SELECT others.id, CASE WHEN starts_with(others.id, 'profile:') "
        f"THEN {profile} || others.name ELSE others.name END, others.direct "
        f"FROM ({groups_of('u')}) others)) g) AS e(v)"
    )


def _json_of_attribute(path: AttributePath) -> str:
    holder = f"u.attributes -> {quoted(path.extension)}" if path.extension else "u.attributes"
    return f"{holder} -> {quoted(path.attribute.name)}"


def _json(path: AttributePath) -> str:
    json = _json_of_attribute(path)
    return f"{json} -> {quoted(path.sub_attribute.name)}" if path.sub_attribute else json
