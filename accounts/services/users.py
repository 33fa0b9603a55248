"""Creating, changing, deactivating and deleting people."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import LastAdminError, UserNameTakenError
from accounts.models import HeldPerson, Role, Session, Tenant, User
from accounts.names import email_key, user_name_key
from accounts.secrets.unusable_passwords import unusable_password
from accounts.services.holding import join_held_change, record_deletion_or_hold
from accounts.services.kept_people import keep_person
from accounts.signals import LEAVER_HOLDS_NOTHING, users_deactivated
from accounts.storage.group_locks import hold_people, hold_tenant
from accounts.storage.group_versions import touch_groups_of_leaver, touch_profiles_of_leaver
from accounts.storage.user_rows import change_user, insert_user
from accounts.storage.violations import violated_constraint
from accounts.tenancy.scoping import active_tenant_id
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from accounts.trail.changes import changes, differs, flat, names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFields:
    """Everything of a person that an identity provider or an admin may set.

    ``attributes`` is the rest of the SCIM resource, in canonical form.
    """

    user_name: str
    external_id: str = ""
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    active: bool = True
    attributes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User) -> UserFields:
        """Return the present values of ``user``."""
        return cls(**{name: getattr(user, name) for name in USER_FIELD_NAMES})


USER_NAME_UNIQUE: Final = {
    "user_name_unique_in_tenant": gettext_lazy(
        "The userName is already in use in this company. Letter case, and how letters are "
        "encoded, make no other name."
    ),
    "user_name_unique_among_operators": gettext_lazy(
        "Another operator has this address. Letter case, and how letters are encoded, make no "
        "other address."
    ),
}
"""What is said when a constraint refuses a name."""
USER_FIELD_NAMES = tuple(f.name for f in fields(UserFields))


def create_user(
    *,
    values: UserFields,
    role: Role = Role.MEMBER,
    password: str = "",
    user_id: UUID | None = None,
) -> User:
    """Create a user in the active tenant, with an id that was promised if one was.

    Without a ``password`` the person can sign in through the identity provider only.

    Raises:
        UserNameTakenError: The tenant already has this ``userName``, in one spelling or another.
        NameNotPermittedError: Nobody can be called so.
    """
    user = _new_user(values, role, password)
    if user_id is not None:
        user.pk = user_id
    with user_names_checked():
        details = {"active": user.active, "role": user.role}
        insert_user(user, audit.values_of(audit.Event("user.created", user, details)))
    return user


@transaction.atomic
def create_operator(*, email: str, password: str) -> User:
    """Create a person who runs the deployment and belongs to no tenant.

    Raises:
        UserNameTakenError: Another operator has this address.
        NameNotPermittedError: It is none that anybody can have.
    """
    now = timezone.now()
    user = User(
        tenant=None,
        user_name=email,
        email=email,
        user_name_ci=user_name_key(email),
        email_ci=email_key(email),
        created=now,
        last_modified=now,
    )
    user.set_password(password)
    with every_tenant(), user_names_checked():
        insert_user(user, audit.values_of(audit.Event("operator.created", user)))
    return user


def update_user(*, user: User, values: UserFields) -> bool:
    """Make ``user`` hold ``values``; return whether anything changed.

    Nothing is written, and ``last_modified`` and ``version`` stay, when nothing differs.
    Deactivation ends the person's sessions and releases what they held.

    Raises:
        UserNameTakenError: Another user of the tenant has this ``userName``.
        NameNotPermittedError: Nobody can be given this new name or address.
        LastAdminError: This would deactivate the tenant's last active admin.
    """
    before = UserFields.of(user)
    try:
        with transaction.atomic():
            return update_locked_user(user=user, values=values)
    except UserNameTakenError:
        for name in USER_FIELD_NAMES:
            setattr(user, name, getattr(before, name))
        raise


def update_locked_user(*, user: User, values: UserFields) -> bool:
    """Do what :func:`update_user` does, for a caller who holds a lock on the row.

    The caller's transaction must be given up when this raises, as it has no savepoint.
    """
    changed = _differing(user, values)
    if not changed:
        return False
    leaves = user.active and not values.active
    if leaves:
        _require_another_admin(user)
    with _user_names_reported():
        if not _write(user, values, changed):
            raise DatabaseError(f"User {user.pk} does not exist any more.")
    user.has_just_left = leaves
    if leaves:
        join_held_change(people=[user.pk], kind=HeldPerson.Kind.DEACTIVATED)
        users_deactivated.send(sender=User, user_ids=[user.pk])
    return True


def update_user_as_read(*, user: User, values: UserFields, xmin: str) -> bool:
    """Do what :func:`update_user` does with one statement and no lock, where that is enough.

    ``xmin`` is that of the row as ``user`` was read.  Returns whether ``user`` holds ``values``
    now.  If not, nothing was written, and the caller must lock the row and read it again: somebody
    has written it meanwhile, or the person is a leaving admin, of whom there must be another, or
    somebody who holds what only a receiver of ``users_deactivated`` can take back.

    Raises:
        UserNameTakenError: Another user of the tenant has this ``userName``.
        NameNotPermittedError: Nobody can be given this new name or address.
    """
    changed = _differing(user, values)
    if not changed:
        return True
    if user.is_admin and not values.active:
        return False
    try:
        with user_names_checked():
            return _write(user, values, changed, xmin)
    except IntegrityError as error:
        if violated_constraint(error) != LEAVER_HOLDS_NOTHING:
            raise
        return False


def _differing(user: User, values: UserFields) -> list[str]:
    return [
        name for name in USER_FIELD_NAMES if differs(getattr(user, name), getattr(values, name))
    ]


def _write(user: User, values: UserFields, changed: list[str], xmin: str = "") -> bool:
    """Write and record what changed; see :func:`change_user` for what comes back.

    The sessions of somebody who leaves are ended by a trigger of the table.
    """
    action = _update_action(was_active=user.active, is_active=values.active)
    keys = _keys_of(values, changed)
    details = changes(_told(user, changed), _told(values, changed))
    for name in changed:
        setattr(user, name, getattr(values, name))
    for name, key in keys.items():
        setattr(user, name, key)
    user.last_modified = timezone.now()
    user.version += 1
    columns = [*changed, *keys, "last_modified", "version"]
    entry = audit.values_of(audit.Event(action, user, details))
    source_id = audit.acting_source()
    return change_user(user, columns, entry, source_id=source_id, unless_written_since=xmin)


def _told(holder: User | UserFields, fields: Collection[str]) -> dict[str, Any]:
    """Return these fields of somebody, each attribute of the rest of the resource by its path."""
    told = {name: getattr(holder, name) for name in fields}
    attributes = told.pop("attributes", {})
    return {**told, **flat(attributes)}


def _keys_of(values: UserFields, changed: Collection[str]) -> dict[str, str]:
    """Return the compared form of each name among ``changed``, by its column.

    Raises:
        NameNotPermittedError: Nobody can be called so.
    """
    keys = {}
    if "user_name" in changed:
        keys["user_name_ci"] = user_name_key(values.user_name)
    if "email" in changed:
        keys["email_ci"] = email_key(values.email)
    return keys


def deactivate_user(*, user: User) -> None:
    """Take away ``user``'s access and keep the row.  Doing so twice is harmless.

    Raises:
        LastAdminError: They are the tenant's last active admin.
    """
    update_user(user=user, values=_with_active(user, active=False))


def reactivate_user(*, user: User) -> None:
    """Let ``user`` sign in again; licences they held are not given back."""
    update_user(user=user, values=_with_active(user, active=True))


@transaction.atomic
def delete_user(*, user: User) -> None:
    """Remove ``user`` for good: the id is gone and the ``userName`` is free again.

    Where a source does so beyond its limits, what there was of them is kept until an admin has
    decided (:mod:`accounts.services.kept_people`).

    Raises:
        LastAdminError: They are the tenant's last active admin.
    """
    # First, for what it holds is held before the rest.
    left: dict[str, list[Any]] = {"groups": touch_groups_of_leaver(user)}
    _require_another_admin(user)
    left["profiles"] = touch_profiles_of_leaver(user)
    called = {name: getattr(user, name) for name in ("user_name", "email", "display_name")}
    ids = {kind: [str(pk) for pk in found] for kind, found in left.items() if found}
    deletion = audit.Event("user.deleted", user, {**names(called), **ids})
    held_in = record_deletion_or_hold(deletion=deletion, held_action="user.deletion_held")
    if held_in is not None:
        keep_person(user=user, groups=left["groups"])
    users_deactivated.send(sender=User, user_ids=[user.pk], is_held=held_in is not None)
    user.delete()


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    """Give ``user`` a new password, which has been validated, and end their sessions."""
    user.set_password(password)
    user.save(update_fields=["password"])
    Session.objects.filter(user=user).delete()
    audit.record("user.password_changed", user)


@contextmanager
def keeping_an_admin() -> Iterator[None]:
    """Undo the block when it takes the active tenant's last active admin away.

    The tenant's row is locked meanwhile, so two admins who demote each other at once cannot
    both succeed.  Must run inside a transaction.

    Raises:
        LastAdminError: The tenant had an active admin before and has none after the block.
    """
    hold_tenant()
    admins = User.objects.filter(role=Role.ADMIN, active=True)
    had_one = admins.exists()
    yield
    if had_one and not admins.exists():
        raise LastAdminError(
            _(
                "This would leave the company without an active admin. "
                "Make somebody else an admin first."
            )
        )


def _require_another_admin(user: User) -> None:
    """Refuse when ``user`` is the last active admin of their tenant."""
    if user.tenant_id is None or not user.is_admin:
        return
    hold_people([user.pk])  # Before the tenant's row, as everywhere.
    Tenant.objects.select_for_update(no_key=True).get(pk=user.tenant_id)
    others = User.objects.filter(role=Role.ADMIN, active=True).exclude(pk=user.pk)
    if not others.exists():
        raise LastAdminError(
            _(
                "%(user)s is the last active admin of this company and cannot be demoted, "
                "deactivated or deleted. Make somebody else an admin first."
            )
            % {"user": user.user_name}
        )


def _new_user(values: UserFields, role: Role, password: str) -> User:
    now, source_id = timezone.now(), audit.acting_source()
    user = User(
        tenant_id=active_tenant_id(),
        role=role,
        password=unusable_password(),
        created=now,
        last_modified=now,
        source_ids=[] if source_id is None else [source_id],
        **{name: getattr(values, name) for name in USER_FIELD_NAMES},
        **_keys_of(values, USER_FIELD_NAMES),
    )
    if password:
        user.set_password(password)
    return user


def _with_active(user: User, *, active: bool) -> UserFields:
    values = {name: getattr(user, name) for name in USER_FIELD_NAMES}
    return UserFields(**{**values, "active": active})


def _update_action(*, was_active: bool, is_active: bool) -> str:
    if was_active == is_active:
        return "user.updated"
    return "user.reactivated" if is_active else "user.deactivated"


@contextmanager
def user_names_checked() -> Iterator[None]:
    """Turn a violation of the unique user name, and nothing else, into our own error.

    The block is one statement: a transaction of its own without any more words to the database,
    or a savepoint of the one that is open.
    """
    with _user_names_reported(), transaction.atomic() if _in_transaction() else nullcontext():
        yield


def _in_transaction() -> bool:
    return connection.in_atomic_block


@contextmanager
def _user_names_reported() -> Iterator[None]:
    """Do the same without a savepoint: the open transaction must end with the error."""
    try:
        yield
    except IntegrityError as error:
        said = USER_NAME_UNIQUE.get(violated_constraint(error))
        if said is None:
            raise
        raise UserNameTakenError(said) from error
