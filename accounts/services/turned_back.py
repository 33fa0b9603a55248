"""Making people active or inactive, and giving them a role, as before an action on many.

The audit trail knows who decided last whether somebody is active, and which role they have.  An
action keeps the id of the entry that it wrote (:func:`last_turn_of`); while that is the latest,
what it did stands as it left it, and may be taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.errors import ChangedMeanwhileError
from accounts.models import AuditEntry, Role, User
from accounts.services.roles import change_role
from accounts.services.users import deactivate_user, reactivate_user
from accounts.storage import turns
from accounts.storage.group_locks import hold_people
from accounts.trail import audit
from accounts.trail.actors import SOURCE, source_name_of
from accounts.trail.sentences import actor_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

CONFIRMED: Final = turns.CONFIRMED
ACTIVITY: Final = turns.ACTIVITY
ROLE: Final = ("user.role_changed",)
"""What entries are called that say whether somebody is active, and which role they have."""


def last_turn_of(user: User, actions: Collection[str]) -> int:
    """Return the id of the last entry about ``user`` that is called so; 0 if none is kept."""
    return _last_turns([user.pk], actions).get(str(user.pk), 0)


def turned_since(expected: Mapping[UUID, int], actions: Collection[str]) -> dict[UUID, str]:
    """Return of whom somebody has decided since then, and who and when, in words.

    ``expected`` is what :func:`last_turn_of` returned, by person.  Where the trail does not go back
    to that any more, nobody can tell, and it counts as decided.
    """
    now = _last_turns(expected, actions)
    others = {pk: now.get(str(pk)) for pk, turn in expected.items() if now.get(str(pk)) != turn}
    entries = AuditEntry.objects.in_bulk([entry_id for entry_id in others.values() if entry_id])
    return {
        pk: _told(entries.get(entry_id)) if entry_id else not_in_trail()
        for pk, entry_id in others.items()
    }


def confirm_deactivation(*, user: User) -> None:
    """Record that the source that acts wants ``user`` inactive, who is so already.

    Whoever undoes an earlier deactivation leaves them alone then: they have left meanwhile.  It is
    news once, after somebody else has deactivated them.
    """
    decided = AuditEntry.objects.filter(
        target_type="user", target_id=str(user.pk), action__in=ACTIVITY
    )
    last = decided.order_by("-at", "-pk").first()
    if last is not None and last.action != CONFIRMED and last.actor != audit.acting():
        audit.record("user.deactivation_confirmed", user)


def inactive_at_sources(people: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return by whom of ``people`` the names of the sources that last wanted them inactive.

    Whoever was reactivated here since then is inactive there still.  What the trail does not tell
    is not among it.
    """
    keys = {str(pk): pk for pk in people}
    entries = AuditEntry.objects.filter(
        target_type="user",
        target_id__in=keys,
        action__in=ACTIVITY,
        actor__startswith=SOURCE,
    )
    decided = {
        (target, actor): action
        for target, actor, action in entries.order_by("pk").values_list(
            "target_id", "actor", "action"
        )
    }
    found: dict[UUID, set[str]] = {pk: set() for pk in people}
    for (target, actor), action in decided.items():
        if action != "user.reactivated":
            found[keys[target]].add(source_name_of(actor))
    return found


def not_in_trail() -> str:
    """Return why something is left as it is of which the trail tells nothing any more."""
    return _(
        "The audit trail does not go back that far any more, so nobody can tell what was decided "
        "since then."
    )


@transaction.atomic
def undo_deactivation(*, user: User, turn: int) -> None:
    """Make ``user`` active again whom the entry ``turn`` says to have been deactivated.

    Raises:
        ChangedMeanwhileError: They are active, or somebody has decided about it since then.
    """
    reactivate_user(user=_held_as_left(user, turn, active=False))


@transaction.atomic
def undo_reactivation(*, user: User, turn: int) -> None:
    """Make ``user`` inactive again whom the entry ``turn`` says to have been reactivated.

    Raises:
        ChangedMeanwhileError: They are inactive, or somebody has decided about it since then.
        LastAdminError: They are the tenant's last active admin.
    """
    deactivate_user(user=_held_as_left(user, turn, active=True))


@transaction.atomic
def undo_role(*, user: User, turn: int, role: Role) -> None:
    """Give ``user`` the ``role`` back that they had before the entry ``turn``.

    Raises:
        ChangedMeanwhileError: Somebody has given them another one since then.
        LastAdminError: They are the tenant's last active admin.
    """
    held = hold_person(user)
    if since := turned_since({held.pk: turn}, ROLE):
        raise ChangedMeanwhileError(since[held.pk])
    change_role(user=held, role=role)


def is_active_already() -> str:
    """Return why somebody is not reactivated."""
    return _("They are active again already.")


def is_inactive_already() -> str:
    """Return why somebody is not deactivated."""
    return _("They are inactive again already.")


def hold_person(user: User) -> User:
    """Hold the row of ``user`` until the transaction ends, and return it as it is then.

    Raises:
        ChangedMeanwhileError: It is not there any more.
    """
    hold_people([user.pk])
    held = User.objects.filter(pk=user.pk).first()
    if held is None:
        raise ChangedMeanwhileError(_("They are not here any more."))
    return held


def _held_as_left(user: User, turn: int, *, active: bool) -> User:
    held = hold_person(user)
    if held.active != active:
        raise ChangedMeanwhileError(is_active_already() if held.active else is_inactive_already())
    if since := turned_since({held.pk: turn}, ACTIVITY):
        raise ChangedMeanwhileError(since[held.pk])
    return held


def _last_turns(people: Collection[UUID], actions: Collection[str]) -> dict[str, int]:
    found = AuditEntry.objects.filter(
        target_type="user", target_id__in=[str(pk) for pk in people], action__in=actions
    )
    return dict(found.order_by().values_list("target_id").annotate(last=Max("pk")))


def _told(entry: Any) -> str:
    if entry is None:
        return _("Somebody has decided otherwise since then.")
    told = {
        "who": actor_in_words(entry.actor),
        "when": date_format(timezone.localtime(entry.at), "DATETIME_FORMAT"),
    }
    if entry.action in ROLE:
        return _("%(who)s gave them another role since then, on %(when)s.") % told
    if entry.action == CONFIRMED:
        return _("%(who)s wanted them inactive, too, on %(when)s.") % told
    if entry.action == "user.deactivated":
        return _("%(who)s deactivated them since then, on %(when)s.") % told
    return _("%(who)s reactivated them since then, on %(when)s.") % told
