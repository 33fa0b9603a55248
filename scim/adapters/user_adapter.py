"""Between accounts and SCIM resources: the only place where ``user_name`` becomes ``userName``.

:class:`UserAdapter` is django-scim2's contract over our own model.  Every User that enters or
leaves ``/scim/v2`` passes through the class that ``SCIM_SERVICE_PROVIDER["USER_ADAPTER"]`` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, cast

from django.utils.functional import SimpleLazyObject
from django_scim.adapters import SCIMUser
from typing_extensions import override

from accounts.errors import ChangedMeanwhileError
from accounts.identifiers import uuid_of
from accounts.models import User
from accounts.services.users import (
    USER_FIELD_NAMES,
    UserFields,
    create_user,
    delete_user,
    update_locked_user,
    update_user_as_read,
)
from accounts.tenancy.scoping import active_tenant_id
from scim.addresses import base_url, users_url
from scim.protocol import urns
from scim.protocol.errors import InvalidValueError
from scim.protocol.preconditions import entity_tag, entity_tag_showing
from scim.protocol.values import moment
from scim.storage.person_columns import TEXT_ATTRIBUTES, Person, text_attributes
from scim.storage.user_groups import group_elements, shown_of_groups
from scim.storage.user_rows import UserRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from scim.protocol.schemas import Schema

BASE_URL: Final[Any] = SimpleLazyObject(base_url)
"""Where the endpoints are, from outside; no slash at the end."""

_LENGTHS: Final = {field.name: field.max_length or 0 for field in User._meta.concrete_fields}
_LIMITS: Final = {
    "userName": 255,
    "externalId": 255,
    "name.givenName": 255,
    "name.familyName": 255,
    "emails.value": 320,
    **{attribute: _LENGTHS[column] for attribute, column in TEXT_ATTRIBUTES.items()},
}
_OWN_COLUMNS: Final = frozenset({"userName", "externalId", "active", "name", *TEXT_ATTRIBUTES})
_MADE_HERE: Final = frozenset({"schemas", "id", "meta", "groups", "password"})


def user_location(user_id: object) -> str:
    """Return the URL of a user."""
    return f"{users_url()}{user_id}"


def user_resource(person: Person, groups: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the canonical resource of a user; ``groups`` is left out unless given.

    Those after the first, which is the role, change without the user's version, so the tag of a
    resource that shows them tells them apart as well.
    """
    attributes = person["attributes"]
    user_id = person["id"]
    resource: dict[str, Any] = {"schemas": [urns.USER], "id": user_id}
    if person["external_id"]:
        resource["externalId"] = person["external_id"]
    resource["userName"] = person["user_name"]
    name = _name(person)
    if name:
        resource["name"] = name
    resource.update(text_attributes(person))
    _add_others(resource, attributes)
    resource["active"] = person["active"]
    if groups:
        resource["groups"] = groups
    resource["meta"] = {
        "resourceType": "User",
        "created": person["created"],
        "lastModified": person["last_modified"],
        "location": user_location(user_id),
        "version": (
            entity_tag_showing(person["version"], shown_of_groups(groups))
            if groups and len(groups) > 1
            else entity_tag(person["version"])
        ),
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
    texts = {
        column: _limited(resource.get(attribute, ""), attribute)
        for attribute, column in TEXT_ATTRIBUTES.items()
    }
    return UserFields(
        user_name=_limited(resource.get("userName", ""), "userName"),
        external_id=_limited(resource.get("externalId", ""), "externalId"),
        email=_limited(account_email(resource), "emails.value"),
        given_name=_limited(name.get("givenName", ""), "name.givenName"),
        family_name=_limited(name.get("familyName", ""), "name.familyName"),
        active=resource.get("active", True),
        attributes=attributes,
        **texts,
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
        if key != "name":
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


# In the model's own order; a dictionary, because Django looks each of its fields up in it.
_READ: Final = dict.fromkeys(
    field.attname
    for field in User._meta.concrete_fields
    if field.attname in {*USER_FIELD_NAMES, "id", "tenant_id", "role", "version"}
)


class UserAdapter(SCIMUser):  # type: ignore[misc]  # django-scim2 ships no types
    """A user of the active tenant and the resource that stands for them.

    A subclass that the setting names changes what a User is over SCIM: ``to_dict`` for what is
    shown, ``from_dict`` for what is taken over, ``save`` and ``delete`` for what happens besides.
    What clients may *send* beyond the schemas of RFC 7643 is declared in ``extensions``.
    ``docs/scim.md`` has an example.

    ``values`` is what :meth:`from_dict` read and :meth:`save` writes.
    """

    id_field = "id"
    extensions: ClassVar[tuple[Schema, ...]] = ()
    """Further schemas of a User, which every tenant's clients may use."""
    ATTR_MAP: ClassVar[dict[tuple[str, str | None, str | None], str | None]] = {}
    """Where a filter finds an attribute: (name, sub-attribute, URN of an extension) to the name of
    a column of the model, or to ``"attributes"`` where the value is kept as it was sent.

    What is mapped to ``None``, and what an extension of the adapter declares without an entry
    here, cannot be filtered or sorted by.
    """

    values: UserFields
    _obj: User | None

    def __init__(self, obj: User | None = None, request: HttpRequest | None = None) -> None:
        self._row: UserRow | None = None
        super().__init__(obj, request)

    @classmethod
    def of_row(cls, row: UserRow, request: HttpRequest | None = None) -> Self:
        """Return the adapter of a user who was read, without reading or building anything."""
        adapter = cls(None, request)
        adapter._row = row
        return adapter

    @property
    def obj(self) -> User:
        """The model instance, made from what was read when it is first asked for."""
        if self._obj is None:
            self._obj = User() if self._row is None else _model(self._row.person)
        return self._obj

    @obj.setter
    def obj(self, user: User | None) -> None:
        self._obj = user

    @property
    def row(self) -> UserRow:
        """The columns of the user, who was read or has been saved."""
        assert self._row is not None  # noqa: S101 - the endpoints read or save first
        return self._row

    @property
    @override
    def id(self) -> str:
        return self.row.person["id"]

    @property
    @override
    def location(self) -> str:
        return user_location(self.id)

    @override
    def to_dict(self) -> dict[str, Any]:
        """Return the canonical resource, without ``groups`` when they were not read."""
        return user_resource(self.row.person, self.row.groups)

    @override
    def from_dict(self, d: Mapping[str, Any]) -> None:
        """Take ``values`` from a canonical resource; nothing is written yet.

        Raises:
            InvalidValueError: See :func:`user_fields`.
        """
        self.values = user_fields(d)

    @override
    def save(self) -> None:
        """Create the user, or make the one who was read hold ``values``.

        Raises:
            ChangedMeanwhileError: The row was read without a lock, and is not as it was read or
                cannot be changed without one: lock it, read it again and start anew.
            UserNameTakenError: Another user of the tenant has this ``userName``.
            LastAdminError: This would deactivate the tenant's last active admin.
        """
        if self._row is None:
            self.obj = create_user(values=self.values)
            self._row = UserRow(person_of(self.obj), group_elements(self.obj.role, None))
            return
        user, xmin = self.obj, self._row.xmin
        if not xmin:
            update_locked_user(user=user, values=self.values)
        elif not update_user_as_read(user=user, values=self.values, xmin=xmin):
            raise ChangedMeanwhileError
        self._row = self._row._replace(person=_as_changed(self._row.person, user))

    @override
    def delete(self) -> None:
        """Remove the user for good.

        Raises:
            LastAdminError: They are the tenant's last active admin.
        """
        delete_user(user=self.obj)


def _model(person: Person) -> User:
    """Return the model instance of a user who was read, without reading again.

    When they were created and changed is left to be read by who asks for it.
    """
    values: dict[str, Any] = {
        **person,
        "id": uuid_of(person["id"]),
        "tenant_id": active_tenant_id(),
    }
    # ``from_db`` takes the values in the model's own order and defers what is not named.
    return User.from_db("default", _READ, [values[name] for name in _READ])


def _as_changed(person: Person, user: User) -> Person:
    """Return the columns of a user who was read as ``person``, and may have been changed since."""
    if user.version == person["version"]:
        return person
    changed = {name: getattr(user, name) for name in (*USER_FIELD_NAMES, "version")}
    changed["last_modified"] = moment(user.last_modified)
    return cast("Person", {**person, **changed})
