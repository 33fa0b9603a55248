"""The operations on Users: resources in, accounts changed by services, resources out.

A PATCH is row → resource → pure ``apply_patch`` → one service call.  The row is read without a
lock, with the token where the request is for one user, and written if it is still as it was read:
two statements, each a transaction of its own.
Only when somebody came in between, or when more than the row must change, is it done again from
the start in a transaction that locks the row.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from django.db import transaction

from accounts.errors import UserNameTakenError
from accounts.models import User
from accounts.scoping import active_tenant_id
from accounts.services.group_locks import hold_leaver_and_groups
from accounts.services.user_sets import create_users
from accounts.services.users import (
    USER_FIELD_NAMES,
    UserFields,
    create_user,
    delete_user,
    update_locked_user,
    update_user_as_read,
)
from scim.adapters import (
    ACTIVE_UNASSIGNED,
    moment,
    person_of,
    user_fields,
    user_location,
    user_resource,
)
from scim.answers import Answer
from scim.protocol.errors import SCIMError
from scim.protocol.patch import apply_patch
from scim.protocol.preconditions import check_if_match, entity_tag
from scim.protocol.requirements import check_complete
from scim.protocol.resources import check_immutable, read_resource
from scim.user_groups import group_elements
from scim.user_rows import UserRow, lock_user, read_along, read_user, read_user_to_change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scim.adapters import Person
    from scim.authentication import Along, Credential
    from scim.protocol.projection import Projection
    from scim.resource_types import SourceSchemas

_FIRST_VERSION: Final = entity_tag(1)
# In the model's own order; a dictionary, because Django looks each of its fields up in it.
_READ: Final = dict.fromkeys(
    field.attname
    for field in User._meta.concrete_fields
    if field.attname in {*USER_FIELD_NAMES, "id", "tenant_id", "role", "version"}
)


class UserEndpoint:
    """Users of the active tenant as one source may handle them.

    ``along`` holds the user whom the request names, if they were read with the token.
    """

    def __init__(
        self, credential: Credential, schemas: SourceSchemas, along: Along | None = None
    ) -> None:
        self._credential = credential
        self._along = along
        self._type = schemas.user
        self._mapping = schemas.user_mapping

    def retrieve(self, key: str, projection: Projection) -> UserRow:
        """Return a user; their groups are read only when the client will see them."""
        if self._along is not None:
            return read_along(self._along)
        return read_user(key, with_groups=projection.selects("groups"))

    def create(self, data: object, projection: Projection) -> Answer:
        """Make a user; one who is inactive and has this ``userName`` comes back instead.

        Identity providers send a create when somebody returns.  Answering 409 for ever would
        lock the person out, so the inactive account is taken up again, under the same id.

        Raises:
            InvalidValueError: A required value is missing, or one does not fit.
            UniquenessError: An active user has this ``userName``.
        """
        values = self._new_values(data)
        try:
            user = create_user(values=values)
        except UserNameTakenError:
            return self._reactivate(values, projection)
        groups = group_elements(user.role, None) if projection.selects("groups") else None
        return _shown(HTTPStatus.CREATED, person_of(user), groups)

    def create_set(
        self, many: Sequence[object], projection: Projection
    ) -> list[Answer | SCIMError | None]:
        """See :class:`scim.answers.Endpoint`; a name that is taken is left to :meth:`create`."""
        results: list[Answer | SCIMError | None] = [None] * len(many)
        values: dict[int, UserFields] = {}
        for index, data in enumerate(many):
            try:
                values[index] = self._new_values(data)
            except SCIMError as error:
                results[index] = error
        made = create_users(many=list(values.values()))
        for index, user_id in zip(values, made, strict=True):
            if user_id is not None:
                location = user_location(user_id)
                results[index] = Answer(HTTPStatus.CREATED, None, location, _FIRST_VERSION, user_id)
        return results

    def replace(
        self, key: str, data: object, projection: Projection, if_match: str | None
    ) -> Answer:
        """Make a user hold what was sent, and nothing else; ``active`` stays unless sent.

        Raises:
            InvalidValueError: A required value is missing, or one does not fit.
            PreconditionFailedError: The user changed since the client read it.
        """

        def replaced(row: UserRow) -> UserFields:
            before = row.resource
            wanted = read_resource(data, self._type)
            wanted = self._mapping.apply(wanted, self._type, before)
            wanted.setdefault("active", row.person["active"])
            check_complete(wanted, self._type)
            check_immutable(before, wanted, self._type)
            return user_fields(wanted)

        return self._change(key, replaced, if_match, with_groups=projection.selects("groups"))

    def modify(
        self, key: str, data: object, projection: Projection, if_match: str | None
    ) -> Answer:
        """Apply a PatchOp: all of it, or nothing.

        Raises:
            SCIMError: See :func:`scim.protocol.patch.apply_patch`.
            PreconditionFailedError: The user changed since the client read it.
        """

        def modified(row: UserRow) -> UserFields:
            before = row.resource
            wanted = apply_patch(before, data, self._type)
            wanted = self._mapping.apply(wanted, self._type, before)
            # Taking the attribute away shows nothing any more, and lets nobody in or out.
            values = user_fields({"active": row.person["active"], **wanted})
            if "active" not in wanted:
                values.attributes[ACTIVE_UNASSIGNED] = True
            return values

        return self._change(key, modified, if_match, with_groups=projection.selects("groups"))

    def remove(self, key: str, if_match: str | None) -> Answer:
        """Deactivate the user, or delete them for good if the source was set to that.

        Raises:
            NotFoundError: There is no such user.
            PreconditionFailedError: The user changed since the client read it.
        """
        if self._credential.deletes_on_delete:
            self._delete(key, if_match)
        else:
            self._change(key, _deactivated, if_match, with_groups=False)
        return Answer(HTTPStatus.NO_CONTENT)

    def _new_values(self, data: object) -> UserFields:
        resource = read_resource(data, self._type)
        resource = self._mapping.apply(resource, self._type)
        check_complete(resource, self._type)
        return user_fields(resource)

    @transaction.atomic
    def _reactivate(self, values: UserFields, projection: Projection) -> Answer:
        with_groups = projection.selects("groups")
        row = lock_user(values.user_name, with_groups=with_groups)
        user = _model(row.person)
        if user.active or user.user_name.lower() != values.user_name.lower():
            raise UserNameTakenError(
                f"The userName {values.user_name!r} belongs to another, active user of this "
                "tenant; letter case does not matter."
            )
        update_locked_user(user=user, values=values)
        return _shown(HTTPStatus.CREATED, _as_changed(row.person, user), row.groups)

    def _change(
        self,
        key: str,
        wanted: Callable[[UserRow], UserFields],
        if_match: str | None,
        *,
        with_groups: bool,
    ) -> Answer:
        """Make a user hold what ``wanted`` says of the row as it was read."""
        if self._along is not None:
            row = read_along(self._along)
        else:
            row = read_user_to_change(key, with_groups=with_groups)
        check_if_match(if_match, entity_tag(row.person["version"]))
        values = wanted(row)
        user = _model(row.person)
        if self._needs_lock(row, values) or not update_user_as_read(
            user=user, values=values, xmin=row.xmin
        ):
            return self._change_locked(key, wanted, if_match, with_groups=with_groups)
        return _shown(HTTPStatus.OK, _as_changed(row.person, user), row.groups)

    def _needs_lock(self, row: UserRow, values: UserFields) -> bool:
        """Whether more than the row changes: a licence comes back, or the person is deleted."""
        leaves = row.person["active"] and not values.active
        return leaves and (row.holds_seat or self._credential.deletes_on_deactivate)

    @transaction.atomic
    def _change_locked(
        self,
        key: str,
        wanted: Callable[[UserRow], UserFields],
        if_match: str | None,
        *,
        with_groups: bool,
    ) -> Answer:
        row = lock_user(key, with_groups=with_groups)
        check_if_match(if_match, entity_tag(row.person["version"]))
        values = wanted(row)
        user = _model(row.person)
        is_deleted = self._credential.deletes_on_deactivate and user.active and not values.active
        if is_deleted:
            hold_leaver_and_groups(user)
        update_locked_user(user=user, values=values)
        answer = _shown(HTTPStatus.OK, _as_changed(row.person, user), row.groups)
        if is_deleted:
            # The source chose this: the answer shows the person once more, as they left.
            delete_user(user=user)
        return answer

    @transaction.atomic
    def _delete(self, key: str, if_match: str | None) -> None:
        row = lock_user(key, with_groups=False)
        check_if_match(if_match, entity_tag(row.person["version"]))
        delete_user(user=_model(row.person))


def _deactivated(row: UserRow) -> UserFields:
    values = {**row.person, "active": False}
    return UserFields(**{name: values[name] for name in USER_FIELD_NAMES})  # type: ignore[arg-type]


def _shown(status: HTTPStatus, person: Person, groups: list[dict[str, Any]] | None) -> Answer:
    resource = user_resource(person, groups)
    meta = resource["meta"]
    return Answer(status, resource, meta["location"], meta["version"], resource["id"])


def _model(person: Person) -> User:
    """Return the model instance of a user who was read, without reading again.

    When they were created and changed is left to be read by who asks for it.
    """
    values: dict[str, Any] = {
        **person,
        "id": UUID(person["id"]),
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
