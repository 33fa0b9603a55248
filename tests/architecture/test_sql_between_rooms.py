"""What rooms of one application take of those of a lower one, and name of its tables, by name.

A statement that does the work of two layers stands in the upper one's room.  It takes the lower
one's part from a function of the lower room that is listed here, and names its tables in the
constants and functions that are.
"""

from __future__ import annotations

import ast
import inspect
import typing
from typing import Any

import pytest

from tests.architecture.test_rooms_of_sql import (
    MODULES,
    docstrings,
    is_label,
    is_room,
    room_part,
    table_names,
    text_of,
)

TAKEN = {
    "provisioning.storage.scope": {
        "accounts.storage.nesting.closure_above",
        "accounts.storage.nesting.closure_below",
    },
    "licenses.storage.given_by_groups": {"accounts.storage.nesting.closure_above"},
    "licenses.storage.seat_counts": {"accounts.storage.nesting.closure_below"},
    "saml_sso.storage.assertions": {"accounts.storage.session_rows.session_part"},
    "saml_sso.storage.trust_rows": {"accounts.storage.finding.sought"},
    "scim.queries.name_columns": {"accounts.names.FOLDED", "accounts.names.IS_MARKED"},
    "scim.storage.group_catalog": {"accounts.person_names.person_name_sql"},
    "scim.storage.member_statements": {"accounts.person_names.person_name_sql"},
    "scim.storage.person_columns": {
        "accounts.storage.groups_of_people.groups_as_json",
        "accounts.storage.turns.deactivated_by",
        "licenses.storage.seats.holds_seat",
    },
    "scim.storage.user_catalog": {
        "accounts.storage.groups_of_people.groups_of",
        "accounts.storage.groups_of_people.people_in_group",
        "accounts.storage.groups_of_people.people_with_profile",
    },
    "scim.storage.user_pages": {"accounts.storage.groups_of_people.groups_of_page"},
    "scim.storage.user_rows": {"accounts.storage.finding.candidates"},
}
"""Which parts of statements each room takes of a lower application's rooms."""

NO_SQL = {
    "accounts.storage.daily_counts.Counted": "a number, and of what",
    "accounts.storage.changes.feed_generation": "it gives the name of a history",
    "accounts.storage.changes.latest_position": "it gives a place in the feed, with its generation",
    "accounts.storage.finding.ambiguous": "it takes an address, and gives a refusal",
}
"""What a room takes besides that has to do with text, but not with that of SQL."""

NAMING = {
    "accounts_auditentry": {"provisioning.storage.pulses._MOVED"},
    "accounts_user": {
        "provisioning.storage.scope._SCOPED",
        "licenses.storage.seat_counts._COUNTS",
        "scim.queries.name_columns.NAMES_OF_PEOPLE",
        "scim.storage.group_catalog._HAS_MEMBER",
        "scim.storage.group_catalog._MEMBERS",
        "scim.storage.member_statements._ALL_NAMED",
        "scim.storage.member_statements._PARTS",
        "scim.storage.member_statements.named_of_page",
    },
    "accounts_heldchange": {"scim.storage.credentials._COLUMNS"},
    "accounts_usercount": {"scim.storage.user_pages._COUNTED"},
    "accounts_groupcount": {"scim.storage.group_pages._COUNTED"},
    "accounts_tenant": {
        "provisioning.storage.claims._INTEND",
        "provisioning.storage.pulses._DUE",
        "provisioning.storage.pulses._MOVED",
        "saml_sso.storage.assertions._CONSUME_UNDER_SETTINGS",
        "scim.log.request_log_rows.write_exchanges",
        "scim.storage.group_rows._LEAVES",
    },
    "accounts_accessprofile": {
        "provisioning.storage.scope._SCOPED",
        "scim.queries.name_columns.NAMES_OF_GROUPS",
        "scim.storage.group_rows._LEAVES",
    },
    "accounts_profilemembership": {
        "provisioning.storage.scope._SCOPED",
        "scim.storage.group_catalog._HAS_MEMBER",
        "scim.storage.group_catalog._MEMBERS",
        "scim.storage.member_statements._ALL_NAMED",
        "scim.storage.member_statements._PARTS",
    },
    "accounts_directorygroup": {
        "licenses.storage.given_by_groups._GIVEN",
        "provisioning.storage.scope._NAMES",
        "scim.queries.name_columns.NAMES_OF_GROUPS",
        "scim.storage.group_catalog._MEMBERS",
        "scim.storage.group_rows._LEAVES",
        "scim.storage.member_statements._ALL_NAMED",
        "scim.storage.member_statements.named_of_page",
    },
    "accounts_directorygroupmember": {
        "licenses.storage.given_by_groups._AROUND",
        "provisioning.storage.memberships_there._NOT_AS_WANTED",
        "provisioning.storage.scope._BELOW",
        "provisioning.storage.scope._NAMES",
        "provisioning.storage.scope._ROLES",
        "provisioning.storage.scope._SCOPED",
        "licenses.storage.seat_counts._COUNTS",
        "scim.storage.group_catalog._HAS_MEMBER",
        "scim.storage.group_catalog._MEMBERS",
        "scim.storage.group_rows._BY_KEY_WITH_SIZE",
        "scim.storage.member_statements._ALL_NAMED",
        "scim.storage.member_statements._PARTS",
    },
    # A function of the database.
    "accounts_email_values": {"scim.storage.user_catalog.UserCatalog"},
}
"""Which constants and functions above ``accounts`` name what belongs to it."""


def has_text(hint: Any) -> bool:
    """Whether values of this type are texts, or hold some."""
    if hint is str:
        return True
    fields = getattr(hint, "_fields", None) or getattr(hint, "__dataclass_fields__", None)
    if fields is not None:
        return any(has_text(each) for each in typing.get_type_hints(hint).values())
    return any(has_text(each) for each in typing.get_args(hint))


def may_be_sql(part: Any) -> bool:
    """Whether this is text, or a type that holds some, or a function that takes or gives some."""
    if not inspect.isfunction(part):
        return isinstance(part, str) or has_text(part)
    names = dict(part.__globals__)
    module = inspect.getmodule(part)
    assert module is not None
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            exec(ast.unparse(ast.Module(node.body, [])), names)  # noqa: S102 - our own imports
    return any(has_text(hint) for hint in typing.get_type_hints(part, names).values())


def taken(module: str, source: str) -> set[str]:
    """Return what a room called ``module`` takes of rooms of other applications that may be SQL."""
    own, found = module.partition(".")[0], set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and is_room(node.module):
            if node.module.partition(".")[0] == own:
                continue
            for each in node.names:
                if may_be_sql(room_part(node.module, each.name)):
                    found.add(f"{node.module}.{each.name}")
    return found


def test_rooms_take_only_these_parts_of_statements() -> None:
    found = {
        module: taken(module, path.read_text()) - NO_SQL.keys()
        for module, path in MODULES.items()
        if is_room(module)
    }

    assert {module: parts for module, parts in found.items() if parts} == TAKEN


def test_what_is_excused_is_taken() -> None:
    rooms = [module for module in MODULES if is_room(module)]
    assert NO_SQL.keys() <= {
        part for room in rooms for part in taken(room, MODULES[room].read_text())
    }


@pytest.mark.parametrize(
    "source",
    [
        "from accounts.storage.trail_rows import INSERT",
        "from accounts.storage.nesting import closure_above",
        "from accounts.storage.parts import Part",
        "from accounts.storage.finding import candidates",
        "from accounts.storage.finding import the_one as chosen",
        "from licenses.storage.seats import holds_seat",
    ],
)
def test_a_part_that_a_room_takes_of_another_application_is_found(source: str) -> None:
    assert taken("scim.storage.group_pages", source)


def test_what_is_no_text_is_let_through() -> None:
    assert not taken("scim.storage.x", "from accounts.storage.prepared import prepared_cursor")
    assert not taken("scim.storage.x", "from accounts.storage.memberships import people_below")
    assert not taken("scim.storage.x", "from scim.storage.group_rows import COLUMNS")


def named(module: str, source: str) -> dict[str, set[str]]:
    """Return the tables and functions of ``accounts`` that ``source`` names, and which parts do."""
    tree = ast.parse(source)
    skipped = docstrings(tree)
    found: dict[str, set[str]] = {}
    for part in tree.body:
        target = getattr(part, "target", None) or [*getattr(part, "targets", []), part][0]
        name = getattr(target, "id", None) or getattr(target, "name", "")
        for node in ast.walk(part):
            for table in table_names(text_of(node, skipped)):
                if not is_label(table):
                    found.setdefault(table, set()).add(f"{module}.{name}")
    return found


def test_upper_layers_name_what_belongs_to_accounts_only_here() -> None:
    found: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        # Pages hold no SQL, as is asked elsewhere; the names of their routes look like tables.
        if not module.startswith(("accounts", "console")):
            for table, parts in named(module, path.read_text()).items():
                found.setdefault(table, set()).update(parts)

    assert found == NAMING


def test_a_table_that_another_part_of_a_listed_room_names_is_found() -> None:
    source = 'def seen(tenant):\n    return f"SELECT id FROM accounts_user WHERE {tenant}"'
    found = named("scim.storage.group_catalog", source)

    assert found == {"accounts_user": {"scim.storage.group_catalog.seen"}}
    assert not found["accounts_user"] <= NAMING["accounts_user"]
