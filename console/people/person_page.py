"""The page of one person, with the form *Edit user settings*: role, access profiles, licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError
from accounts.managed import held_fields, holders_of, is_managed
from accounts.models import Role, User
from accounts.services import users
from accounts.services.losses import loss_of_people
from accounts.services.settings_of_user import change_profiles, change_user_settings
from accounts.signing_in.invitations import invite_user
from accounts.trail import audit
from console.base.access import Access
from console.base.losses import words_for_people, words_for_seats
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks, is_filters
from console.base.seen import as_named_to
from console.people.locked_fields import lock
from console.people.many_people import last_admins
from console.people.user_settings_form import UserSettingsForm
from console.person.opened_fields import UNLOCK, are_fields, unlocked
from console.person.sections import sections_of
from licenses.errors import LicenseError
from licenses.models import Seat
from licenses.services import change_seats
from licenses.usage import by_product

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from console.base.many_look import PassedOver

NAMES: Final = ("given_name", "family_name", "display_name")
_WHO = (
    "user_name",
    "email",
    ("given_name", "family_name"),
    "display_name",
)


class PersonPage(ConsoleModelAdmin[User]):
    """The form of one person: what it shows, and the services that it calls."""

    partial_rights: ClassVar[Any] = {
        Access.PROFILE: NAMES,
        Access.LICENCES: ("licenses",),
    }
    form: Any = UserSettingsForm
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError, LicenseError)
    save_label = _("Save user details")
    change_form_template = "console/people/change_form.html"

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: User | None = None,
    ) -> HttpResponse:
        """Show what the person has and why, beside the form; offer to sign them out."""
        # A form that is refused has written into ``obj`` already.
        person = User.objects.filter(pk=obj.pk).first() if request.method == "POST" and obj else obj
        if person is not None:
            context["person"] = person
            context["sections"] = sections_of(request, person)
            context["is_editing"] = request.method == "POST" or bool(unlocked(request))
            if self.has_full_permission(request):
                names = ("sign_out", "deactivate" if person.active else "reactivate")
                context |= {f"{name}_url": self.url_of(name, person.pk) for name in names}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @override
    @asks(_changelist_filters=is_filters, **{UNLOCK: are_fields})
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(*args, **kwargs)

    @override
    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if change and obj is not None:
            held = held_fields(as_named_to(request, holders_of(obj)))
            lock(form.base_fields, held, unlocked(request))
        return form

    @override
    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        profiles = "profiles" if self.has_full_permission(request) else "profile_names"
        rights = ("role", profiles, "active") if obj else ("role", profiles)
        sections = [
            (_("Names and address"), {"fields": _WHO}),
            (_("Role and access profiles"), {"fields": rights}),
        ]
        if obj is None:
            return [*sections, (_("Invitation"), {"fields": ("active", "invite")})]
        licences = "licenses" if self.has_licences_permission(request) else "license_names"
        return [*sections, (_("Product user licences"), {"fields": (licences,)})]

    @override
    def open_fields(self, request: HttpRequest, obj: User | None = None) -> frozenset[str]:
        opened = super().open_fields(request, obj)
        managed = obj is not None and Access.PROFILE in self.access(request) and is_managed(obj)
        return opened - set(NAMES) if managed else opened

    @admin.display(description=_("Access profiles"))
    def profile_names(self, user: User) -> str:
        """Return the custom profiles of somebody, for those who may only look."""
        held = user.profile_memberships.select_related("profile").order_by("profile__name")
        return ", ".join(membership.profile.name for membership in held) or "-"

    def has_licences_permission(self, request: HttpRequest) -> bool:
        """Whether the person may give and release licences; actions ask for it as *licences*."""
        return Access.LICENCES in self.access(request)

    # --- Writing --------------------------------------------------------------------------

    @override
    def create_object(self, obj: User, form: Any) -> None:
        created = users.create_user(values=form.values(before=None), role=form.role(Role.MEMBER))
        change_profiles(user=created, join=form.cleaned_data["profiles"])
        obj.pk = created.pk
        if form.cleaned_data["invite"] and created.active:
            invite_user(user=created)

    @override
    def change_object(self, obj: User, form: Any) -> None:
        # The form has written into ``obj`` already; services compare with what is stored.
        stored = User.objects.select_for_update().get(pk=obj.pk)
        joined, left = form.difference_of("profiles")
        change_user_settings(
            user=stored,
            values=form.values(before=users.UserFields.of(stored)),
            role=form.role(Role(stored.role)),
            join=joined,
            leave=left,
        )
        held = held_fields(holders_of(stored))
        overridden = sorted(held.keys() & set(form.changed_data))
        if overridden:
            sources = sorted({name for field in overridden for name in held[field]})
            audit.record("user.held_fields_changed", stored, changed=overridden, sources=sources)
        stored = User.objects.get(pk=obj.pk)
        if stored.active:  # Deactivation has released every licence.
            added, removed = form.difference_of("licenses")
            change_seats(user=stored, assign=added, release=removed)

    @override
    def delete_object(self, obj: User) -> None:
        users.delete_user(user=obj)

    @override
    def people_of_rows(self, keys: Collection[str]) -> dict[str, str]:
        return {key: key for key in keys}

    @override
    def what_goes(self, objects: QuerySet[User]) -> list[str]:
        return [*words_for_people(loss_of_people(objects)), *seats_of(objects)]

    @override
    def what_stays(self, request: HttpRequest, objects: QuerySet[User]) -> list[PassedOver]:
        return last_admins(request, objects)


def seats_of(people: QuerySet[User]) -> list[str]:
    """Return sentences that say which licences ``people`` hold."""
    held = Seat.objects.filter(released=None, user__in=people.order_by().values("pk"))
    return words_for_seats(by_product(held))
