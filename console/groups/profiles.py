"""*Access profiles*: made, named, filled and deleted here; SCIM changes members only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.group_kinds.member_deltas import MemberDelta
from accounts.models import AccessProfile
from accounts.services.losses import loss_of_profiles
from accounts.services.profiles import (
    change_profile_members,
    create_profile,
    delete_profile,
    update_profile,
)
from accounts.storage.group_locks import hold_rules
from console.base.access import Access
from console.base.losses import words_for_profiles
from console.base.members_page import Member, MembersPageAdmin
from console.groups.member_fields import MemberNamesField, MembersForm
from provisioning.models import Application
from provisioning.services.visibility import applications_of_profile, set_profile_applications
from scim.models import Source
from scim.services.visibility import set_profile_sources, sources_of_profile

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ProfileForm(MembersForm[AccessProfile]):
    """A profile, who joins and leaves it, and which connections its people see."""

    add_members = MemberNamesField(label=_("Add people"))
    remove_members = MemberNamesField(label=_("Remove people"))
    sources = forms.ModelMultipleChoiceField(
        label=_("Inbound sources"),
        queryset=Source.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Connector admins and access review managers see a source, and what it asked, when one "
            "of their profiles lists it. Admins see every source."
        ),
    )
    applications = forms.ModelMultipleChoiceField(
        label=_("Applications"),
        queryset=Application.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The same for the applications that people are pushed to, and their logs. Admins see "
            "every application."
        ),
    )

    class Meta:
        model = AccessProfile
        fields = ("name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = sources_of_profile(self.instance) if self.instance.pk else Source.objects.none()
        self.initial.setdefault("sources", list(listed.values_list("pk", flat=True)))
        pushed = Application.objects.none()
        if self.instance.pk:
            pushed = applications_of_profile(self.instance)
        self.initial.setdefault("applications", list(pushed.values_list("pk", flat=True)))


@admin.register(AccessProfile)
class AccessProfileAdmin(MembersPageAdmin[AccessProfile]):
    """Profiles; the number in the address of a profile's page is its id in SCIM."""

    form: Any = ProfileForm
    partial_rights: ClassVar[Any] = {Access.MEMBERS: ("add_members", "remove_members")}
    list_display = ["name", "scim_id", "description", "member_count"]
    search_fields = ["name", "description"]
    search_help_text = _("Name or description")
    list_says = _("Who sees which data. Everybody is in the default profile.")
    empty_text = _("There is no access profile yet. Add one to decide who sees which data.")
    readonly_fields = ["scim_id", "members"]
    # Identity providers change members all day; whom the form adds or removes is named.
    live_facts = frozenset({"members"})

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessProfile]:
        return super().get_queryset(request).annotate(people=Count("memberships"))

    @override
    def get_fieldsets(self, request: HttpRequest, obj: AccessProfile | None = None) -> Any:
        first = (None, {"fields": ("name", "description", "scim_id")})
        sees = [(_("What its people see"), {"fields": ("sources", "applications")})]
        if not self.has_full_permission(request):
            sees = []
        if obj is not None and obj.is_default:
            return [first, *sees]
        members_change = Access.MEMBERS in self.access(request)
        if not members_change:
            return [first, (_("Members"), {"fields": ("members",)})]
        if obj is None:
            return [
                (None, {"fields": ("name", "description")}),
                (_("Members"), {"fields": ("add_members",)}),
                *sees,
            ]
        members = (_("Members"), {"fields": ("members", "add_members", "remove_members")})
        return [first, members, *sees]

    @override
    def open_fields(self, request: HttpRequest, obj: AccessProfile | None = None) -> frozenset[str]:
        everybody_is_in_it = obj is not None and obj.is_default
        return frozenset() if everybody_is_in_it else super().open_fields(request, obj)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: AccessProfile | None = None) -> bool:
        return not (obj and obj.is_default) and super().has_delete_permission(request, obj)

    @admin.display(description=_("SCIM id"))
    def scim_id(self, profile: AccessProfile) -> str:
        """Return the id of the profile's group in SCIM; the default one has none."""
        if profile.is_default or profile.pk is None:
            return "-"
        return f"profile:{profile.pk}"

    @admin.display(description=_("Members"), ordering="people")
    def member_count(self, profile: Any) -> str:
        """Return how many people are in the profile."""
        return str(_("Everybody")) if profile.is_default else str(profile.people)

    @admin.display(description=_("Members"))
    def members(self, profile: AccessProfile) -> str:
        """Return the names of the first members, and a link to all."""
        return self.members_in_short(profile)

    @override
    def member_rows(self, obj: AccessProfile, wanted: str) -> QuerySet[Any]:
        rows = obj.memberships.select_related("user").order_by("user__user_name_ci", "pk")
        return rows.filter(self.people_called(wanted)) if wanted else rows

    @override
    def member_of(self, row: Any) -> Member:
        note = str(_("By a directory group") if row.by_group else _("Added here"))
        return Member(row.user.get_full_name(), row.user.user_name, note)

    @override
    def create_object(self, obj: AccessProfile, form: Any) -> None:
        created = create_profile(name=obj.name, description=obj.description)
        obj.pk = created.pk
        self._change_members(created, form)
        set_profile_sources(profile=created, sources=form.cleaned_data["sources"])
        set_profile_applications(profile=created, applications=form.cleaned_data["applications"])

    @override
    def hold(self, obj: AccessProfile) -> None:
        """Hold the names of groups before the profile, whose name must stay apart from them."""
        hold_rules()
        super().hold(obj)

    @override
    def change_object(self, obj: AccessProfile, form: Any) -> None:
        stored = AccessProfile.objects.select_for_update().get(pk=obj.pk)
        update_profile(profile=stored, name=obj.name, description=obj.description)
        self._change_members(stored, form)
        if "sources" in form.changed_data:
            set_profile_sources(profile=stored, sources=form.cleaned_data["sources"])
        if "applications" in form.changed_data:
            set_profile_applications(profile=stored, applications=form.cleaned_data["applications"])

    @override
    def delete_object(self, obj: AccessProfile) -> None:
        delete_profile(profile=obj)

    @override
    def what_goes(self, objects: QuerySet[AccessProfile]) -> list[str]:
        return words_for_profiles(loss_of_profiles(objects))

    def _change_members(self, profile: AccessProfile, form: Any) -> None:
        delta = MemberDelta(
            add=tuple(form.cleaned_data.get("add_members") or ()),
            remove=tuple(form.cleaned_data.get("remove_members") or ()),
        )
        if delta.add or delta.removes:
            change_profile_members(profile=profile, deltas=[delta])
