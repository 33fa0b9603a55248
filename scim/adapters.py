"""Between accounts and SCIM resources: the only place where ``user_name`` becomes ``userName``.

:class:`UserAdapter` is django-scim2's contract (``SCIM_SERVICE_PROVIDER["USER_ADAPTER"]``) over
our own model; what it does is in the plain functions, which the endpoints call.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypedDict, cast

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django_scim.adapters import SCIMUser
from typing_extensions import override

from accounts.models import User
from accounts.services.users import UserFields, create_user, delete_user, update_user
from scim.protocol import urns
from scim.protocol.core_schemas import USER
from scim.protocol.errors import InvalidValueError
from scim.protocol.preconditions import entity_tag
from scim.protocol.resources import read_resource
from scim.user_groups import groups_of_user

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL: Final[Any] = SimpleLazyObject(lambda: f"{settings.BASE_URL}/scim/v2")
"""Where the endpoints are, from outside; no slash at the end."""

_LIMITS: Final = {
    "userName": 255,
    "externalId": 255,
    "displayName": 512,
    "name.givenName": 255,
    "name.familyName": 255,
    "emails.value": 320,
}
_OWN_COLUMNS: Final = frozenset({"userName", "externalId", "displayName", "active", "name"})
ACTIVE_UNASSIGNED: Final = "activeUnassigned"
"""Key in the stored attributes of a person whose ``active`` a client has removed.

RFC 7644, Section 3.5.2.2, wants the attribute to be gone then; the account stays as it is, so
that nobody is let back in.
"""

_USUAL_LENGTH: Final = len("2026-01-02 03:04:05.678901+00")
_NOT_ATTRIBUTES: Final = frozenset({"name", ACTIVE_UNASSIGNED})
_MADE_HERE: Final = frozenset({"schemas", "id", "meta", "groups", "password"})


class Person(TypedDict):
    """A user as read from the database, by the names of the columns.

    The id and the moments are written as SCIM does.
    """

    id: str
    user_name: str
    external_id: str
    email: str
    given_name: str
    family_name: str
    display_name: str
    active: bool
    role: str
    attributes: dict[str, Any]
    created: str
    last_modified: str
    version: int


def user_location(user_id: object) -> str:
    """Return the URL of a user."""
    return f"{_users_url()}{user_id}"


def user_resource(person: Person, groups: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the canonical resource of a user; ``groups`` is left out unless given."""
    attributes = person["attributes"]
    user_id = person["id"]
    resource: dict[str, Any] = {"schemas": [urns.USER], "id": user_id}
    if person["external_id"]:
        resource["externalId"] = person["external_id"]
    resource["userName"] = person["user_name"]
    name = _name(person)
    if name:
        resource["name"] = name
    if person["display_name"]:
        resource["displayName"] = person["display_name"]
    _add_others(resource, attributes)
    if ACTIVE_UNASSIGNED not in attributes:
        resource["active"] = person["active"]
    if groups:
        resource["groups"] = groups
    resource["meta"] = {
        "resourceType": "User",
        "created": person["created"],
        "lastModified": person["last_modified"],
        "location": user_location(user_id),
        "version": entity_tag(person["version"]),
    }
    return resource


def user_fields(resource: Mapping[str, Any]) -> UserFields:
    """Return what a canonical resource says of a person, in the words of the accounts.

    Without ``active`` the person is active.

    Raises:
        InvalidValueError: ``userName`` is blank, or a value is longer than its column.
    """
    if not resource.get("userName", "").strip():
        raise InvalidValueError("userName must not be blank.")
    name = resource.get("name", {})
    attributes = {
        key: value
        for key, value in resource.items()
        if key not in _OWN_COLUMNS and key not in _MADE_HERE
    }
    other_names = {
        key: value for key, value in name.items() if key not in {"givenName", "familyName"}
    }
    if other_names:
        attributes["name"] = other_names
    return UserFields(
        user_name=_limited(resource.get("userName", ""), "userName"),
        external_id=_limited(resource.get("externalId", ""), "externalId"),
        email=_limited(account_email(resource), "emails.value"),
        given_name=_limited(name.get("givenName", ""), "name.givenName"),
        family_name=_limited(name.get("familyName", ""), "name.familyName"),
        display_name=_limited(resource.get("displayName", ""), "displayName"),
        active=resource.get("active", True),
        attributes=attributes,
    )


def account_email(resource: Mapping[str, Any]) -> str:
    """Return the account's address: the work one, the primary one, the first, or ``userName``."""
    emails = [element for element in resource.get("emails", ()) if element.get("value")]
    for element in emails:
        if str(element.get("type", "")).lower() == "work":
            return str(element["value"])
    for element in emails:
        if element.get("primary"):
            return str(element["value"])
    if emails:
        return str(emails[0]["value"])
    user_name = str(resource.get("userName", ""))
    return user_name if "@" in user_name else ""


def moment(value: datetime) -> str:
    """Return a moment in UTC as a SCIM dateTime, with all the digits that are stored."""
    return value.isoformat().replace("+00:00", "Z")


def moment_read(text: str) -> str:
    """Return a moment as SCIM writes it that PostgreSQL wrote, whose way is ISO 8601's but for
    the space, the zeros at the end and the short offset.
    """
    if len(text) == _USUAL_LENGTH and text.endswith("+00"):
        return f"{text[:10]}T{text[11:26]}Z"
    return moment(datetime.fromisoformat(text).astimezone(UTC))


def person_of(user: User) -> Person:
    """Return the columns of a model instance."""
    columns = {name: getattr(user, name) for name in Person.__annotations__}
    columns["id"] = str(user.pk)
    columns["created"] = moment(user.created)
    columns["last_modified"] = moment(user.last_modified)
    return cast("Person", columns)


def _add_others(resource: dict[str, Any], attributes: Mapping[str, Any]) -> None:
    """Add what has no column; the names of extensions are URNs."""
    for key, value in attributes.items():
        if key not in _NOT_ATTRIBUTES:
            resource[key] = value
            if ":" in key:
                resource["schemas"].append(key)


def _name(person: Person) -> dict[str, Any]:
    stored = person["attributes"].get("name")
    name: dict[str, Any] = dict(stored) if stored else {}
    if person["family_name"]:
        name["familyName"] = person["family_name"]
    if person["given_name"]:
        name["givenName"] = person["given_name"]
    return name


def _limited(value: str, name: str) -> str:
    if len(value) > _LIMITS[name]:
        raise InvalidValueError(f"{name} is longer than {_LIMITS[name]} characters.")
    return value


_prefixes: dict[str, str] = {}


def _users_url() -> str:
    base = settings.BASE_URL
    found = _prefixes.get(base)
    if found is None:
        found = _prefixes[base] = f"{base}/scim/v2/Users/"
    return found


class UserAdapter(SCIMUser):  # type: ignore[misc]  # django-scim2 ships no types
    """django-scim2's view of a user: one object with ``to_dict``, ``from_dict`` and ``save``."""

    id_field = "id"
    obj: User

    @property
    def location(self) -> str:
        """The URL of the user."""
        return user_location(self.id)

    @override
    def to_dict(self) -> dict[str, Any]:
        return user_resource(person_of(self.obj), groups_of_user(self.obj))

    @override
    def validate_dict(self, d: Mapping[str, Any]) -> None:
        read_resource(d, USER)

    @override
    def from_dict(self, d: Mapping[str, Any]) -> None:
        self.values = user_fields(read_resource(d, USER))

    @override
    def save(self) -> None:
        if self.obj._state.adding:  # noqa: SLF001 - Django's documented way to ask
            self.obj = create_user(values=self.values)
        else:
            update_user(user=self.obj, values=self.values)

    @override
    def delete(self) -> None:
        delete_user(user=self.obj)
