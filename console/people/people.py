"""The user list without its licences, which a higher layer adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from accounts.managed import held_fields, holders_of, is_managed
from accounts.models import Role, User
from accounts.secrets.shown_once import show_once, take
from accounts.services import users
from accounts.services.losses import loss_of_people, sessions_of
from accounts.services.settings_of_user import change_profiles, change_user_settings
from accounts.services.unsettled_names import has_unsettled_names
from accounts.signing_in.invitations import invite_user
from accounts.signing_in.own_sessions import sign_out_everywhere
from accounts.trail import audit
from console.base.access import Access
from console.base.exports import ExportedModelAdmin
from console.base.losses import words_for_people, words_for_sessions
from console.base.many import PassedOver
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks, is_filters, judges_itself
from console.people.locked_fields import UNLOCK, are_fields, lock, unlocked
from console.people.many_people import DeactivateMany, ReactivateMany, last_admins
from console.people.person_form import PersonForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    View = Callable[..., HttpResponse]

NAMES: Final = ("given_name", "family_name", "display_name")
_WHO = (
    "user_name",
    "email",
    ("given_name", "family_name"),
    "display_name",
)


class PersonAdmin(ExportedModelAdmin[User], ConsoleModelAdmin[User]):
    """People: search, filters, one row's menu, actions for many."""

    export_name = "users"
    partial_rights: ClassVar[Any] = {Access.PROFILE: NAMES}

    form: Any = PersonForm
    save_label = _("Save user details")
    list_title = _("User list")
    empty_text = _("There is nobody here yet. Add the first user.")
    change_title = _("Edit user settings")
    list_display: Any = ["who", "role", "status", "row_menu"]
    list_filter: ClassVar[Any] = ["active", "role"]
    narrow_columns: ClassVar[Any] = {"role": "gh-wide", "license_names": "gh-wide"}
    search_fields = ["search_text", "external_id__exact"]
    search_help_text = _("Name, address or external ID")
    ordering: ClassVar[Any] = ["user_name_ci"]
    actions: Any = ["deactivate", "reactivate", "delete_selected"]
    change_form_template = "console/people/change_form.html"
    change_list_template = "console/people/change_list.html"

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the names that need a hand, if there are any."""
        context = {"has_unsettled_names": has_unsettled_names(), **(extra_context or {})}
        return super().changelist_view(request, context)

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Say, too, which sources manage the person; offer to sign them out."""
        person = self.get_object(request, object_id) if object_id else None
        holders = [holder.name for holder in holders_of(person)] if person else []
        context = {"holders": ", ".join(holders), **(extra_context or {})}
        if object_id and self.has_full_permission(request):
            context["sign_out_url"] = self.url_of("sign_out", object_id)
        return super().changeform_view(request, object_id, form_url, context)

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
            lock(form.base_fields, held_fields(obj), unlocked(request))
        return form

    @override
    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        profiles = "profiles" if self.has_full_permission(request) else "profile_names"
        rights = ("role", profiles, "active") if obj else ("role", profiles)
        sections = [
            (_("Profile"), {"fields": _WHO}),
            (_("Role and access profiles"), {"fields": rights}),
        ]
        if obj is None:
            sections.append((_("Invitation"), {"fields": ("active", "invite")}))
        return sections

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

    @admin.display(description=_("User name"), ordering="user_name_ci")
    def who(self, user: User) -> SafeString:
        """Return the name of somebody over their user name, whose end stays in sight."""
        local, at, domain = user.user_name.rpartition("@")
        context = {"person": user, "local": local, "domain": at + domain}
        return render_to_string("console/people/who.html", context)

    @admin.display(description=_("Status"), ordering="active")
    def status(self, user: User) -> SafeString:
        """Return a badge that says whether the person can sign in."""
        context = {
            "text": _("Active") if user.active else _("Inactive"),
            "kind": "good" if user.active else "",
        }
        return render_to_string("components/status_badge.html", context)

    @admin.display(description=_("Actions"))
    def row_menu(self, user: User) -> SafeString:
        """Return the three-dot menu of a row."""
        urls = {
            name: self.url_of(name, user.pk)
            for name in ("change", "delete", "history", "deactivate", "reactivate", "invite")
        }
        return render_to_string("console/people/row_menu.html", {"person": user, **urls})

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        if self.has_full_permission(request):
            return shown
        return [name for name in shown if name != "row_menu"]

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
        held = held_fields(stored)
        overridden = sorted(held.keys() & set(form.changed_data))
        if overridden:
            sources = sorted({name for field in overridden for name in held[field]})
            audit.record("user.held_fields_changed", stored, changed=overridden, sources=sources)

    @override
    def delete_object(self, obj: User) -> None:
        users.delete_user(user=obj)

    @override
    def what_goes(self, objects: QuerySet[User]) -> list[str]:
        return words_for_people(loss_of_people(objects))

    # --- One person -----------------------------------------------------------------------

    @override
    def get_urls(self) -> list[URLPattern]:
        return [
            *(self._row_url(name, require_POST, view) for name, view in self._row_views().items()),
            self._row_url("invitation", require_safe, self.invitation_view),
            *super().get_urls(),
        ]

    def _row_views(self) -> dict[str, View]:
        return {
            "deactivate": self.deactivate_view,
            "reactivate": self.reactivate_view,
            "invite": self.invite_view,
            "sign_out": self.sign_out_view,
        }

    def _row_url(
        self,
        name: str,
        methods: Callable[[View], View],
        view: View,
    ) -> URLPattern:
        def one(request: HttpRequest, object_id: str) -> HttpResponse:
            user = self.get_object(request, object_id)
            if user is None:
                raise Http404
            if not self.has_full_permission(request):
                raise PermissionDenied
            try:
                return view(request, user)
            except self.refusals as refusal:
                self.note_refusal(request, refusal, object_id)
                self.message_user(request, str(refusal), messages.ERROR)
                return redirect(self.url_of("changelist"))

        return path(
            f"<path:object_id>/{name}/",
            self.admin_site.admin_view(methods(one)),
            name=f"accounts_user_{name}",
        )

    def deactivate_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Deactivate one person and go back to the list."""
        users.deactivate_user(user=user)
        text = _("%(user)s is deactivated: sessions ended, licences released.")
        return self._back(request, text % {"user": user})

    def reactivate_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Reactivate one person and go back to the list."""
        users.reactivate_user(user=user)
        text = _("%(user)s can sign in again. Give them the licences they need.")
        return self._back(request, text % {"user": user})

    def sign_out_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """End one person's sessions and go back to their page."""
        ended = sign_out_everywhere(user=user, current_key=request.session.session_key)
        text = ngettext(
            "%(n)s session of %(user)s has ended.", "%(n)s sessions of %(user)s have ended.", ended
        )
        self.message_user(request, text % {"n": ended, "user": user}, messages.SUCCESS)
        return redirect(self.url_of("change", user.pk))

    def invite_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Mail an invitation, and go to the page that shows its link once."""
        show_once(request, _place_of_invitation(user), invite_user(user=user))
        return redirect(self.url_of("invitation", user.pk))

    def invitation_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Show the link of the invitation just sent, once, in case the mail does not arrive."""
        url = take(request, _place_of_invitation(user))
        if not url:
            text = _("The invitation link was shown once. Send another one if it is lost.")
            self.message_user(request, text, messages.INFO)
            return redirect(self.url_of("changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitation sent"),
            "opts": self.opts,
            "original": user,
            "url": url,
        }
        request.current_app = self.admin_site.name
        return render(request, "console/people/invitation.html", context)

    def _back(self, request: HttpRequest, text: str) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return redirect(self.url_of("changelist"))

    # --- Many people ----------------------------------------------------------------------

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

    def what_deactivation_takes(self, people: QuerySet[User]) -> list[str]:
        """Return sentences that say what ``people`` lose when they are deactivated."""
        return words_for_sessions(sessions_of(people))

    @override
    def what_stays(self, request: HttpRequest, objects: QuerySet[User]) -> list[PassedOver]:
        return last_admins(request, objects)

    @override
    def export_header(self) -> list[str]:
        return [
            "id",
            "user_name",
            "email",
            "given_name",
            "family_name",
            "display_name",
            "role",
            "active",
            "created",
        ]

    @override
    def export_rows(self, objects: QuerySet[User]) -> Iterator[list[Any]]:
        names = self.export_header()
        for user in objects.iterator(chunk_size=1000):
            yield [getattr(user, name) for name in names]


def _place_of_invitation(user: User) -> str:
    return f"shown_once_invitation_{user.pk}"
