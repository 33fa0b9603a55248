"""The operations on Users: resources in, accounts changed by services, resources out.

A PATCH is row → resource → pure ``apply_patch`` → one service call.  The row is read without a
lock, with the token where the request is for one user, and written if it is still as it was read:
two statements, each a transaction of its own.
Only when somebody came in between, or when more than the row must change, is it done again from
the start in a transaction that locks the row.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from accounts.errors import (
    AmbiguousAddressError,
    ChangedMeanwhileError,
    NameNotPermittedError,
    UserNameTakenError,
)
from accounts.names import user_name_key
from accounts.services.loss_limits import limits_now
from accounts.services.turned_back import confirm_deactivation
from accounts.services.user_sets import create_users
from accounts.services.users import USER_FIELD_NAMES, UserFields
from accounts.storage.group_locks import hold_leaver_and_groups
from accounts.trail import audit
from naming.addresses import compared_address
from scim.adapters.named_adapters import user_adapter
from scim.adapters.user_adapter import UserAdapter, user_location
from scim.held.people import bring_back_kept
from scim.http.answers import Answer
from scim.protocol.errors import NotFoundError, SCIMError
from scim.protocol.own_attributes import as_shown, with_hidden
from scim.protocol.patch import apply_patch
from scim.protocol.preconditions import check_preconditions, entity_tag
from scim.protocol.requirements import check_complete
from scim.protocol.resources import check_immutable, read_resource
from scim.protocol.work import Work, check_elements
from scim.storage.user_rows import lock_user, read_along, read_user, read_user_to_change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.http import HttpRequest

    from accounts.errors import AccountError
    from scim.adapters.resource_types import SourceSchemas
    from scim.protocol.preconditions import Preconditions
    from scim.protocol.projection import Projection
    from scim.storage.credentials import Credential, UserAlong
    from scim.storage.person_columns import Person
    from scim.storage.user_rows import UserRow

_FIRST_VERSION: Final = entity_tag(1)


class UserEndpoint:
    """Users of the active tenant as one source may handle them.

    ``request`` is handed to the adapters; ``along`` holds the user whom it names, if they were
    read with the token.
    """

    def __init__(
        self,
        credential: Credential,
        schemas: SourceSchemas,
        request: HttpRequest,
        along: UserAlong | None = None,
    ) -> None:
        self._credential = credential
        self._request = request
        self._adapter = user_adapter()
        self._along = along
        self._type = schemas.user
        self._mapping = schemas.user_mapping
        self._work = Work()

    def retrieve(self, key: str, projection: Projection) -> dict[str, Any]:
        """Return a user; their groups are read only when the client will see them."""
        if self._along is not None:
            row = read_along(self._along)
        else:
            row = read_user(key, with_groups=projection.selects("groups"))
        return self._adapted(row).to_dict()

    def create(self, data: object, projection: Projection) -> Answer:
        """Make a user; one who is inactive and has this ``userName`` comes back instead.

        Identity providers send a create when somebody returns.  Answering 409 for ever would
        lock the person out, so the inactive account is taken up again, under the same id.

        Raises:
            InvalidValueError: A required value is missing, or one does not fit.
            UniquenessError: An active user has this ``userName``.
        """
        adapter = self._new(data)
        if limits_now().is_holding:
            answer = self._brought_back(adapter.values, projection)
            if answer is not None:
                return answer
        try:
            adapter.save()
        except (UserNameTakenError, NameNotPermittedError) as refusal:
            return self._reactivate(adapter.values, projection, refusal)
        return _shown(HTTPStatus.CREATED, adapter)

    def create_set(
        self, many: Sequence[object], projection: Projection
    ) -> list[Answer | SCIMError | None]:
        """See :class:`scim.http.answers.Endpoint`; taken names are left to :meth:`create`."""
        results: list[Answer | SCIMError | None] = [None] * len(many)
        if self._adapter.save is not UserAdapter.save or limits_now().is_holding:
            return results  # What somebody added to it, or what is kept, is looked at for each.
        values: dict[int, UserFields] = {}
        for index, data in enumerate(many):
            try:
                values[index] = self._new(data).values
            except SCIMError as error:
                results[index] = error
        made = create_users(many=list(values.values()))
        for index, user_id in zip(values, made, strict=True):
            if user_id is not None:
                location = user_location(user_id)
                results[index] = Answer(HTTPStatus.CREATED, None, location, _FIRST_VERSION, user_id)
        return results

    def replace(
        self, key: str, data: object, projection: Projection, conditions: Preconditions
    ) -> Answer:
        """Make a user hold what was sent, and nothing else; ``active`` stays unless sent.

        Raises:
            InvalidValueError: A required value is missing, or one does not fit.
            PreconditionFailedError: The user changed since the client read it.
        """

        def replaced(adapter: UserAdapter) -> None:
            before = as_shown(adapter.to_dict(), self._type)
            wanted = read_resource(data, self._type)
            check_elements(wanted, before)
            wanted = self._mapping.apply(wanted, self._type, before)
            wanted.setdefault("active", adapter.row.person["active"])
            check_complete(wanted, self._type, before)
            check_immutable(before, wanted, self._type)
            stored = adapter.row.person["attributes"]
            adapter.from_dict(with_hidden(wanted, before, stored, self._type))

        return self._change(key, replaced, conditions, with_groups=projection.selects("groups"))

    def modify(
        self, key: str, data: object, projection: Projection, conditions: Preconditions
    ) -> Answer:
        """Apply a PatchOp: all of it, or nothing.

        Raises:
            SCIMError: See :func:`scim.protocol.patch.apply_patch`.
            PreconditionFailedError: The user changed since the client read it.
        """

        def modified(adapter: UserAdapter) -> None:
            before = as_shown(adapter.to_dict(), self._type)
            wanted = apply_patch(before, data, self._type, self._work)
            wanted = self._mapping.apply(wanted, self._type, before)
            person = adapter.row.person
            kept = with_hidden(self._kept(wanted, person), before, person["attributes"], self._type)
            # Taking the attribute away lets nobody in or out: what is shown is what is true.
            adapter.from_dict({"active": person["active"], **kept})

        return self._change(key, modified, conditions, with_groups=projection.selects("groups"))

    def remove(self, key: str, conditions: Preconditions) -> Answer:
        """Deactivate the user, or delete them for good if the source was set to that.

        Raises:
            NotFoundError: There is no such user.
            PreconditionFailedError: The user changed since the client read it.
        """
        if self._credential.deletes_on_delete:
            self._delete(key, conditions)
        else:
            self._change(key, _deactivated, conditions, with_groups=False)
        return Answer(HTTPStatus.NO_CONTENT)

    def _adapted(self, row: UserRow) -> UserAdapter:
        return self._adapter.of_row(row, self._request)

    def _new(self, data: object) -> UserAdapter:
        resource = read_resource(data, self._type)
        check_elements(resource)
        resource = self._mapping.apply(resource, self._type)
        check_complete(resource, self._type)
        adapter = self._adapter(None, self._request)
        adapter.from_dict(resource)
        return adapter

    def _kept(self, resource: Mapping[str, Any], person: Person) -> dict[str, Any]:
        """Return a changed resource without what an adapter shows and nobody can set."""
        stored = person["attributes"]
        return {
            name: value
            for name, value in resource.items()
            if self._type.declares(name) or name in stored
        }

    @transaction.atomic
    def _brought_back(self, values: UserFields, projection: Projection) -> Answer | None:
        """Take up somebody again whose deletion is held, if there is anybody of that name."""
        try:
            is_back = bring_back_kept(user_name_ci=user_name_key(values.user_name))
        except UserNameTakenError:
            return None  # Who has the name by now is found as without anybody kept.
        if not is_back:
            return None
        row = lock_user(values.user_name, with_groups=projection.selects("groups"))
        adapter = self._adapted(row)
        adapter.values = values
        adapter.save()
        return _shown(HTTPStatus.CREATED, adapter)

    @transaction.atomic
    def _reactivate(
        self, values: UserFields, projection: Projection, refusal: AccountError
    ) -> Answer:
        """Take up the account that ``refusal`` of a new one is about.

        Also that of somebody who has had their name since before names were prepared.
        """
        try:
            row = lock_user(values.user_name, with_groups=projection.selects("groups"))
        except (NotFoundError, AmbiguousAddressError):
            raise refusal from None
        if compared_address(row.person["user_name"]) != compared_address(values.user_name):
            raise refusal
        if row.person["active"]:
            raise UserNameTakenError(
                f"The userName {values.user_name!r} belongs to another, active user of this "
                "tenant. Letter case, and how letters are encoded, make no other name."
            )
        adapter = self._adapted(row)
        adapter.values = values
        adapter.save()
        if not values.active:
            confirm_deactivation(user=adapter.obj)
        return _shown(HTTPStatus.CREATED, adapter)

    def _change(
        self,
        key: str,
        want: Callable[[UserAdapter], None],
        conditions: Preconditions,
        *,
        with_groups: bool,
    ) -> Answer:
        """Make a user hold what ``want`` says of the row as it was read."""
        if self._along is not None:
            row = read_along(self._along)
        else:
            row = read_user_to_change(key, with_groups=with_groups)
        check_preconditions(conditions, entity_tag(row.person["version"]))
        adapter = self._adapted(row)
        want(adapter)
        if self._needs_lock(row, adapter.values, want):
            return self._change_locked(key, want, conditions, with_groups=with_groups)
        try:
            adapter.save()
        except ChangedMeanwhileError:
            return self._change_locked(key, want, conditions, with_groups=with_groups)
        return _shown(HTTPStatus.OK, adapter)

    def _needs_lock(
        self, row: UserRow, values: UserFields, want: Callable[[UserAdapter], None]
    ) -> bool:
        """Whether more than the row changes: a licence comes back, or the person is deleted.

        Or a change of the source is held, which they join; or it wants somebody inactive whom
        others have deactivated, which undoing that must know.
        """
        if values.active:
            return False
        if not row.person["active"]:
            is_news = row.deactivated_by not in {"", audit.acting()}
            return is_news and self._says_inactive(row, want)
        deletes = self._credential.deletes_on_deactivate
        return row.holds_seat or deletes or limits_now().is_holding

    def _says_inactive(self, row: UserRow, want: Callable[[UserAdapter], None]) -> bool:
        """Whether the request itself says so, of somebody who is inactive anyway."""
        as_active = self._adapted(row._replace(person={**row.person, "active": True}))
        work, self._work = self._work, Work()
        want(as_active)
        self._work = work
        return not as_active.values.active

    @transaction.atomic
    def _change_locked(
        self,
        key: str,
        want: Callable[[UserAdapter], None],
        conditions: Preconditions,
        *,
        with_groups: bool,
    ) -> Answer:
        row = lock_user(key, with_groups=with_groups)
        check_preconditions(conditions, entity_tag(row.person["version"]))
        adapter = self._adapted(row)
        want(adapter)
        leaves = row.person["active"] and not adapter.values.active
        is_deleted = self._credential.deletes_on_deactivate and leaves
        if is_deleted:
            hold_leaver_and_groups(adapter.obj)
        adapter.save()
        if not (row.person["active"] or adapter.values.active) and self._says_inactive(row, want):
            confirm_deactivation(user=adapter.obj)
        answer = _shown(HTTPStatus.OK, adapter)
        if is_deleted:
            # The source chose this: the answer shows the person once more, as they left.
            adapter.delete()
        return answer

    @transaction.atomic
    def _delete(self, key: str, conditions: Preconditions) -> None:
        row = lock_user(key, with_groups=False)
        check_preconditions(conditions, entity_tag(row.person["version"]))
        self._adapted(row).delete()


def _deactivated(adapter: UserAdapter) -> None:
    values = {**adapter.row.person, "active": False}
    adapter.values = UserFields(**{name: values[name] for name in USER_FIELD_NAMES})  # type: ignore[arg-type]


def _shown(status: HTTPStatus, adapter: UserAdapter) -> Answer:
    resource = adapter.to_dict()
    meta = resource["meta"]
    return Answer(status, resource, meta["location"], meta["version"], resource["id"])
