"""*User list*: search, filters, columns, saved views, one row's menu, actions for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from accounts.services.losses import sessions_of
from accounts.services.unsettled_names import has_unsettled_names
from accounts.services.users import USER_FIELD_NAMES
from console.base.counting import Number
from console.base.exports import ExportedModelAdmin
from console.base.losses import words_for_sessions
from console.base.questions import judges_itself
from console.licences.by_file import LicencesByFile
from console.people.columns import PeopleColumns, held_by, with_seats
from console.people.filters import FILTERS
from console.people.list_page import PeopleChangeList
from console.people.many_licences import AssignMany, ReleaseMany
from console.people.many_people import DeactivateMany, DeleteManyPeople, ReactivateMany
from console.people.many_rights import (
    ChangeRoleMany,
    JoinProfileMany,
    LeaveProfileMany,
    SignOutMany,
)
from console.people.one_person import OnePersonPages
from console.people.person_page import PersonPage, seats_of
from console.people.saved_views import SavedViewPages
from console.people_files.by_file import PeopleByFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.utils.safestring import SafeString

_EXPORTED: Final = (
    "id",
    *(name for name in USER_FIELD_NAMES if name not in {"external_id", "active", "attributes"}),
    *("role", "active", "created"),
)
"""Columns of the CSV file, beside the licences."""


@admin.register(User)
class UserAdmin(
    PeopleColumns, PersonPage, OnePersonPages, SavedViewPages, ExportedModelAdmin[User]
):
    """People with their licences."""

    export_name = "users"
    list_title = _("User list")
    empty_text = _("There is nobody here yet. Add the first user.")
    list_filter: ClassVar[Any] = FILTERS
    search_fields = ["search_text", "external_id__exact"]
    ordering: ClassVar[Any] = ["user_name_ci"]
    change_list_template = "console/people/change_list.html"
    actions: Any = [
        "assign_license",
        "deactivate",
        "release_license",
        "reactivate",
        "change_role",
        "join_profile",
        "leave_profile",
        "sign_out",
        "delete_selected",
    ]

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PeopleChangeList]:
        return PeopleChangeList

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the person's views as well; lead to names that need a hand, if there are any."""
        context = {"has_unsettled_names": has_unsettled_names(), **(extra_context or {})}
        response = super().changelist_view(request, context)
        people = getattr(response, "context_data", {}).get("cl")
        if people is not None:
            response.context_data |= {  # type: ignore[attr-defined]
                "views": self.views_of(request, people),
                "everybody": Number(people.everybody),
                "save_url": self.url_of("view_save"),
                "views_url": self.url_of("views"),
            }
        return response

    @admin.display(description=_("Actions"))
    def row_menu(self, user: User) -> SafeString:
        """Return the three-dot menu of a row."""
        urls = {
            name: self.url_of(name, user.pk)
            for name in ("change", "delete", "history", "deactivate", "reactivate", "invite")
        }
        return render_to_string("console/people/row_menu.html", {"person": user, **urls})

    # --- Many people ----------------------------------------------------------------------

    assign_license = AssignMany(
        description=_("Assign a licence to the selected people…"),
        permissions=["licences"],
        button=_("Assign the licence"),
    )
    release_license = ReleaseMany(
        description=_("Release a licence of the selected people…"),
        permissions=["licences"],
        button=_("Release the licence"),
        danger=True,
    )
    deactivate = DeactivateMany(
        description=_("Deactivate the selected people…"),
        permissions=["full"],
        button=_("Deactivate"),
        danger=True,
    )
    reactivate = ReactivateMany(
        description=_("Reactivate the selected people…"),
        permissions=["full"],
        button=_("Reactivate"),
    )

    change_role = ChangeRoleMany(
        description=_("Change the role of the selected people…"),
        permissions=["full"],
        button=_("Change the role"),
    )
    join_profile = JoinProfileMany(
        description=_("Add the selected people to an access profile…"),
        permissions=["full"],
        button=_("Give an access profile"),
    )
    leave_profile = LeaveProfileMany(
        description=_("Remove the selected people from an access profile…"),
        permissions=["full"],
        button=_("Remove from an access profile"),
        danger=True,
    )
    sign_out = SignOutMany(
        description=_("Sign the selected people out…"),
        permissions=["full"],
        button=_("Sign out everywhere"),
        danger=True,
    )

    delete_selected = DeleteManyPeople()
    licences_by_file = LicencesByFile(permissions=["licences"])
    people_by_file = PeopleByFile(permissions=["full"])

    def what_deactivation_takes(self, people: QuerySet[User]) -> list[str]:
        """Return sentences that say what ``people`` lose when they are deactivated."""
        return [*words_for_sessions(sessions_of(people)), *seats_of(people)]

    # --- Export ---------------------------------------------------------------------------

    @override
    def export_header(self) -> list[str]:
        return [*_EXPORTED, "licences"]

    @override
    def export_rows(self, objects: QuerySet[User]) -> Iterator[list[Any]]:
        for user in objects.prefetch_related(with_seats()).iterator(chunk_size=1000):
            keys = sorted(seat.subscription.product.key for seat in held_by(user))
            yield [*(getattr(user, name) for name in _EXPORTED), " ".join(keys)]
