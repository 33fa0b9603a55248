"""Creating and changing people line by line, as a file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from accounts.identifiers import uuid_of
from accounts.models import User
from accounts.models.results import ACTION_LINE
from accounts.secrets.encryption import unseal_json
from accounts.services.users import UserFields, create_user, update_user
from accounts.signing_in.invitations import invite_user
from accounts.trail.refusals import record_refusal
from console.base.doing import Work
from scim.people_files.fields import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from accounts.models import ActionLine

SEEN: Final = "seen"
INVITES: Final = "invites"
"""What is kept of a line beside its values: the version that was looked at, and whether to mail."""


class Newcomer(NamedTuple):
    """The row of somebody who is not there, with the id that they were promised."""

    key: str


class WantedPerson(NamedTuple):
    """What a line wants: these values for somebody new, or for somebody in this version."""

    values: dict[str, str]
    seen: int | None
    invites: bool


class PeopleByFile(Work):
    """Create or change whom a line of a file is about; see :mod:`console.people_files.pages`."""

    stays_because = gettext_lazy("Change or delete people on their own pages.")
    is_elsewhere = True

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was created or changed", "%(n)s people were created or changed", count
        )
        return text % {"n": told}

    @override
    def find(self, model_admin: Any, request: HttpRequest, key: str) -> User | Newcomer:
        held = User.objects.select_for_update(no_key=True, of=("self",)).filter(pk=key).first()
        return held or Newcomer(key)

    @override
    def read_line(self, line: ActionLine) -> WantedPerson:
        values = unseal_json(line.sealed, ACTION_LINE)
        return WantedPerson(values, line.choice[SEEN], line.choice[INVITES])

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> None:
        if choice.seen is None:
            _create(obj, choice)
        elif isinstance(obj, Newcomer):
            raise ValidationError(_("They are not there any more."))
        elif obj.version != choice.seen:
            raise ValidationError(
                _("Somebody changed them after the preview, so they were left as they are.")
            )
        else:
            update_user(user=obj, values=filled(UserFields.of(obj), choice.values))

    @override
    def note(self, model_admin: Any, request: HttpRequest, refused: Sequence[ActionLine]) -> None:
        record_refusal(
            "people_file.refused", reason=refused[0].reason, number=len(refused), by="CSV"
        )


def _create(obj: User | Newcomer, wanted: WantedPerson) -> None:
    if not isinstance(obj, Newcomer):
        raise ValidationError(_("They are there already."))
    values = filled(UserFields(user_name=wanted.values["user_name"]), wanted.values)
    user = create_user(values=values, user_id=uuid_of(obj.key))
    if wanted.invites:
        invite_user(user=user)
