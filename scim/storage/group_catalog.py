"""Where each attribute of a Group is in the database; the row of the relation is ``g``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.identifiers import is_canonical_uuid, read_uuid
from accounts.person_names import person_name_sql
from scim.addresses import base_url, groups_url
from scim.protocol import urns
from scim.protocol.filter_nodes import And, Comparison
from scim.queries.filter_query import SQL, Scalar, json_elements, json_scalar, quoted
from scim.queries.name_columns import NAMES_OF_GROUPS
from scim.queries.own_values import own_elements, own_scalar
from scim.storage.group_rows import GroupKind

if TYPE_CHECKING:
    from scim.protocol.filter_nodes import Node
    from scim.protocol.schemas import AttributePath

_SCALARS: Final = {
    "id": Scalar("g.id", "TRUE", "TRUE"),
    "externalId": Scalar("g.external_id", "g.external_id <> ''", "g.external_id <> ''"),
    "displayName": Scalar("g.display_name", "TRUE", "TRUE", NAMES_OF_GROUPS),
    "meta.resourceType": Scalar("'Group'", "TRUE", "TRUE"),
    "meta.created": Scalar("g.created", "TRUE", "TRUE"),
    "meta.lastModified": Scalar("g.last_modified", "TRUE", "TRUE"),
    "meta.version": Scalar(
        "('W/\"' || g.version || '\"')", "g.version IS NOT NULL", "g.version IS NOT NULL"
    ),
}
# Each kind is compared with its own table only; for the others the first part is a constant.
_HAS_MEMBER: Final = """(
(g.kind = 2 AND g.uid = ANY(ARRAY(
  SELECT m.group_id FROM accounts_directorygroupmember m
  WHERE m.tenant_id = {tenant} AND (m.user_id = %s::uuid OR m.member_group_id = %s::uuid)
))) OR
(g.kind = 1 AND g.number = ANY(ARRAY(
  SELECT pm.profile_id FROM accounts_profilemembership pm
  WHERE pm.tenant_id = {tenant} AND pm.user_id = %s::uuid
))) OR
(g.kind = 0 AND g.id = ANY(ARRAY(
  SELECT 'role:' || u.role FROM accounts_user u WHERE u.tenant_id = {tenant} AND u.id = %s::uuid
))))"""
_MEMBERS: Final = """(
SELECT jsonb_build_object('value', x.id, 'type', x.type, 'display', x.display,
  '$ref', {base} || x.type || 's/' || x.id)
FROM (
  SELECT u.id::text AS id, 'User' AS type,
    {name} AS display
  FROM accounts_directorygroupmember m JOIN accounts_user u ON u.id = m.user_id
  WHERE g.kind = 2 AND m.tenant_id = {tenant} AND m.group_id = g.uid
  UNION ALL
  SELECT inner_group.id::text, 'Group', inner_group.display_name
  FROM accounts_directorygroupmember m
  JOIN accounts_directorygroup inner_group ON inner_group.id = m.member_group_id
  WHERE g.kind = 2 AND m.tenant_id = {tenant} AND m.group_id = g.uid
  UNION ALL
  SELECT u.id::text, 'User', {name}
  FROM accounts_profilemembership pm JOIN accounts_user u ON u.id = pm.user_id
  WHERE g.kind = 1 AND pm.tenant_id = {tenant} AND pm.profile_id = g.number
  UNION ALL
  SELECT u.id::text, 'User', {name}
  FROM accounts_user u
  WHERE g.kind = 0 AND u.tenant_id = {tenant} AND u.role = substr(g.id, 6)
) x) AS e(v)"""


class GroupCatalog:
    """The :class:`~scim.queries.filter_query.Catalog` of Groups of one tenant."""

    def __init__(self, tenant_id: int) -> None:
        self._tenant = str(int(tenant_id))

    def scalar(self, path: AttributePath) -> Scalar | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        if path.attribute.is_own:
            return own_scalar(_json(path), path)
        if path.extension:
            return json_scalar(_json(path), path.target)
        if str(path) == "meta.location":
            prefix = quoted(groups_url())
            return Scalar(f"({prefix} || g.id)", "TRUE", "TRUE")
        return _SCALARS.get(str(path))

    def elements(self, path: AttributePath) -> str | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        if path.extension:
            json = _json_of_attribute(path)
            return own_elements(json, path) if path.attribute.is_own else json_elements(json)
        if path.attribute.name == "members":
            base = quoted(f"{base_url()}/")
            return _MEMBERS.format(tenant=self._tenant, base=base, name=person_name_sql("u"))
        return _SCHEMAS if path.attribute.name == "schemas" else None

    def presence(self, path: AttributePath) -> str | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        if not path.extension:
            return "TRUE" if path.attribute.name == "meta" else None
        return f"({_json_of_attribute(path)}) IS NOT NULL"

    def shortcut(self, path: AttributePath, value: str) -> SQL | None:
        """See :class:`~scim.queries.filter_query.Catalog`: an index knows a member's groups."""
        if path.extension or path.attribute.name != "members":
            return None
        if path.sub_attribute is None or path.sub_attribute.name != "value":
            return None
        if not is_canonical_uuid(value):
            return SQL("FALSE")
        return SQL(_HAS_MEMBER.format(tenant=self._tenant), (value,) * 4)


def hint(node: Node) -> SQL | None:
    """Return a condition that follows from the filter and that the primary key can answer.

    ``id`` spans the kinds of groups and is compared as text, which no index knows.
    """
    for term in node.terms if isinstance(node, And) else (node,):
        if isinstance(term, Comparison) and term.operator == "eq" and str(term.path) == "id":
            value = read_uuid(str(term.value))
            if value is None:
                return SQL(f"(g.kind < {GroupKind.DIRECTORY.value})")
            return SQL("(g.uid = %s)", (value,))
    return None


_SCHEMAS: Final = (
    f"(SELECT to_jsonb({quoted(urns.GROUP)}::text) UNION ALL "
    "SELECT to_jsonb(k) FROM jsonb_object_keys(g.attributes) k) AS e(v)"
)


def _json_of_attribute(path: AttributePath) -> str:
    return f"g.attributes -> {quoted(path.extension)} -> {quoted(path.attribute.name)}"


def _json(path: AttributePath) -> str:
    json = _json_of_attribute(path)
    return f"{json} -> {quoted(path.sub_attribute.name)}" if path.sub_attribute else json
