"""Giving the selected people a role, an access profile, or an end to their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from accounts.models import AccessProfile, ProfileMembership, Role, Session
from accounts.services.losses import sessions_of, sessions_of_one
from accounts.services.profiles import add_profile_members, remove_profile_members
from accounts.services.profiles_undone import last_move_of
from accounts.services.roles import change_role
from accounts.services.turned_back import ROLE as ROLE_TURNS
from accounts.services.turned_back import hold_person, last_turn_of
from accounts.signing_in.own_sessions import sign_out_everywhere
from console.base.doing import Done, own_account
from console.base.followed import Figure
from console.base.losses import words_for_sessions
from console.base.many import ManyAction
from console.base.many_look import Look, PassedOver
from console.people.undoing import BEFORE, TURN, UndoRole, words_for_managed
from console.people.undoing_profiles import (
    JOINED,
    LEFT,
    MEMBERSHIP,
    PROFILE,
    UndoProfile,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

_ROLE: Final = "new_role"
_PROFILE: Final = "profile"


@dataclass(frozen=True, slots=True)
class NewRole:
    """The role that is chosen, which is also what it is known by."""

    pk: str


class ChooseRoleForm(forms.Form):
    """Which role the selected people get."""

    new_role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)


class ChooseProfileForm(forms.Form):
    """Which custom access profile the selected people join or leave."""

    profile = forms.ModelChoiceField(
        label=gettext_lazy("Access profile"),
        queryset=AccessProfile.objects.none(),
        empty_label=None,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["profile"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = AccessProfile.objects.filter(is_default=False)


class ChangeRoleMany(ManyAction):
    """Give each another role; whoever asks keeps theirs."""

    undo = UndoRole()
    is_elsewhere = True
    spares_maker = True

    @override
    def form(self, data: Any) -> ChooseRoleForm:
        return ChooseRoleForm(data if _ROLE in data else None)

    @override
    def choice_of(self, form: Any) -> NewRole:
        return NewRole(form.cleaned_data[_ROLE])

    @override
    def name_of(self, choice: Any) -> str:
        return str(Role(choice.pk).label)

    @override
    def ids_of(self, choice: Any) -> dict[str, Any]:
        return {_ROLE: choice.pk}

    @override
    def find_choice(self, ids: dict[str, Any]) -> NewRole:
        return NewRole(ids[_ROLE])

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Change the role of %(n)s person?", "Change the role of %(n)s people?", count
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was given another role", "%(n)s people were given another role", count
        )
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        others = chosen.exclude(pk=request.user.pk)
        changing = others.exclude(role=choice.pk)
        role = {"role": Role(choice.pk).label}
        return Look(
            consequences=[
                _("They have the role %(role)s from their next click on.") % role,
                *words_for_managed(changing),
            ],
            passed_over=[
                PassedOver(_("They have this role already."), others.filter(role=choice.pk)),
                PassedOver(own_account(), chosen.filter(pk=request.user.pk)),
            ],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        person = hold_person(obj)
        before = person.role
        if before == choice.pk:
            return Done(note=_("They had this role already."))
        change_role(user=person, role=Role(choice.pk))
        return Done(kept={TURN: last_turn_of(person, ROLE_TURNS), BEFORE: before})


class _WithProfile(ManyAction):
    """An action for which an access profile is chosen first."""

    undo = UndoProfile()
    is_elsewhere = True

    @override
    def form(self, data: Any) -> ChooseProfileForm:
        return ChooseProfileForm(data if _PROFILE in data else None)

    @override
    def choice_of(self, form: Any) -> Any:
        return form.cleaned_data[_PROFILE]

    @override
    def name_of(self, choice: Any) -> str:
        return str(choice)

    @override
    def ids_of(self, choice: Any) -> dict[str, Any]:
        return {PROFILE: choice.pk}

    @override
    def find_choice(self, ids: dict[str, Any]) -> AccessProfile:
        found = AccessProfile.objects.filter(pk=ids[PROFILE]).first()
        if found is None:
            raise ValidationError(_("The access profile is not there any more."))
        return found


class JoinProfileMany(_WithProfile):
    """Let each see what an access profile lists."""

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Add %(n)s person to an access profile?",
            "Add %(n)s people to an access profile?",
            count,
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was added to an access profile",
            "%(n)s people were added to an access profile",
            count,
        )
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        text = _("They see what the access profile %(profile)s lists, if their role sees any.")
        inside = chosen.filter(pk__in=_members(choice))
        return Look(
            consequences=[text % {"profile": choice}],
            passed_over=[PassedOver(_("They are in this access profile already."), inside)],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        person = hold_person(obj)
        if _members(choice).filter(user_id=person.pk).exists():
            return Done(note=_("They were in it already."))
        add_profile_members(profile=choice, user_ids=[person.pk])
        return Done(kept={PROFILE: choice.pk, JOINED: last_move_of(choice)})


class LeaveProfileMany(_WithProfile):
    """Let each see no more what only an access profile lists."""

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Remove %(n)s person from an access profile?",
            "Remove %(n)s people from an access profile?",
            count,
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was removed from an access profile",
            "%(n)s people were removed from an access profile",
            count,
        )
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        text = _("They see no more what only the access profile %(profile)s lists.")
        by_group = chosen.filter(pk__in=_members(choice).filter(by_group=True))
        return Look(
            consequences=[text % {"profile": choice}],
            passed_over=[
                PassedOver(
                    _("They are not in this access profile."),
                    chosen.exclude(pk__in=_members(choice)),
                ),
                PassedOver(_given_by_group(), by_group),
            ],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        person = hold_person(obj)
        inside = _memberships(choice).filter(user=person).first()
        if inside is None:
            return Done(note=_("They were not in it any more."))
        if inside.by_group:
            raise ValidationError(_given_by_group())
        remove_profile_members(profile=choice, user_ids=[person.pk])
        kept = {PROFILE: choice.pk, LEFT: last_move_of(choice), MEMBERSHIP: inside.pk}
        return Done(kept=kept)


class SignOutMany(ManyAction):
    """End the sessions of each; whoever asks stays signed in."""

    spares_maker = True
    stays_because = gettext_lazy("Who is signed out can sign in again.")
    follows = (Figure.SESSIONS,)

    @override
    def question(self, count: int) -> str:
        text = ngettext("Sign %(n)s person out?", "Sign %(n)s people out?", count)
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s person was signed out", "%(n)s people were signed out", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        others = chosen.exclude(pk=request.user.pk)
        signed_in = others.filter(pk__in=_signed_in())
        return Look(
            consequences=[
                *words_for_sessions(sessions_of(signed_in)),
                _("They can sign in again at once. Deactivate them to prevent that."),
            ],
            passed_over=[
                PassedOver(_("They are not signed in."), others.exclude(pk__in=_signed_in())),
                PassedOver(
                    _("You stay signed in. Your own account page ends your other sessions."),
                    chosen.filter(pk=request.user.pk),
                ),
            ],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        sessions = sessions_of_one(obj)
        sign_out_everywhere(user=obj, current_key=None)
        return Done(sessions=sessions)


def _memberships(profile: AccessProfile) -> QuerySet[ProfileMembership]:
    return ProfileMembership.objects.filter(profile=profile)


def _members(profile: AccessProfile) -> Any:
    return _memberships(profile).order_by().values("user_id")


def _signed_in() -> Any:
    alive = Session.objects.filter(expire_date__gt=timezone.now()).exclude(user=None)
    return alive.order_by().values("user_id")


def _given_by_group() -> str:
    return _("A directory group gives it to them. Take them out of the group instead.")
