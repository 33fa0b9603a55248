"""*Directory groups*: members, custom attributes, and what membership gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group, delete_group, update_group
from accounts.groups.mappings import set_group_attributes, set_group_mappings
from accounts.models import AccessProfile, DirectoryGroup, DirectoryGroupAttribute, Role
from accounts.services.losses import loss_of_groups
from accounts.storage.group_locks import hold_below, hold_rules, read_held_group
from accounts.storage.memberships import gives_a_role, people_below
from console.base.access import Access
from console.base.losses import words_for_groups, words_for_seats
from console.base.members_page import Member, MembersPageAdmin
from console.base.rows import BoundedRows
from console.groups.member_fields import MemberNamesField, MembersForm
from licenses.errors import LicenseError
from licenses.group_licenses import set_group_licenses, waiting_for_a_seat
from licenses.models import GroupLicense, Subscription
from licenses.usage import by_product, seats_given_by

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

MEMBER_FIELDS = ("add_members", "remove_members")


class GroupForm(MembersForm[DirectoryGroup]):
    """A group, who joins and leaves it, and what its members get."""

    add_members = MemberNamesField(label=_("Add members"), with_groups=True)
    remove_members = MemberNamesField(label=_("Remove members"), with_groups=True)
    profiles = forms.ModelMultipleChoiceField(
        label=_("Access profiles of its members"),
        queryset=AccessProfile.objects.filter(is_default=False),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    licenses = forms.ModelMultipleChoiceField(
        label=_("Licences of its members"),
        queryset=Subscription.objects.select_related("product"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who finds no free seat stays in the group and gets the next one."),
    )

    class Meta:
        model = DirectoryGroup
        fields = ("display_name", "mapped_role")
        help_texts = {
            "mapped_role": _(
                "Of several groups the highest role counts. Who leaves the last one becomes a "
                "member, unless an admin gave them another role."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = self.instance
        held = GroupLicense.objects.filter(group_id=group.pk)
        given = AccessProfile.objects.filter(group_mappings__group_id=group.pk)
        self.initial.setdefault("profiles", list(given.values_list("pk", flat=True)))
        self.initial.setdefault("licenses", list(held.values_list("subscription_id", flat=True)))

    def members(self) -> MemberDelta:
        """Return who is to leave and to join."""
        return MemberDelta(
            add=tuple(self.cleaned_data.get("add_members") or ()),
            remove=tuple(self.cleaned_data.get("remove_members") or ()),
        )


class AttributeInline(admin.StackedInline[DirectoryGroupAttribute, DirectoryGroup]):
    """Custom attributes of a group, which outbound mappings can use."""

    model = DirectoryGroupAttribute
    fields = ("name", "value")
    formset = BoundedRows
    extra = 1
    row_key = "name"

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.VIEW in self._access(request)

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.CHANGE in self._access(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.CHANGE in self._access(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.CHANGE in self._access(request)

    def _access(self, request: HttpRequest) -> Access:
        group_admin = self.admin_site.get_model_admin(DirectoryGroup)
        assert isinstance(group_admin, MembersPageAdmin)  # noqa: S101 - registered below
        return group_admin.access(request)


@admin.register(DirectoryGroup)
class DirectoryGroupAdmin(MembersPageAdmin[DirectoryGroup]):
    """Groups that an identity provider or an admin made."""

    form: Any = GroupForm
    partial_rights: ClassVar[Any] = {Access.MEMBERS: MEMBER_FIELDS}
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError, LicenseError)
    inlines = [AttributeInline]
    list_display = ["display_name", "mapped_role", "member_count", "external_id", "last_modified"]
    list_filter = ["mapped_role"]
    search_fields = ["display_name", "external_id"]
    search_help_text = _("Name or external id")
    list_says = _("Groups of your identity provider, and what their members get.")
    empty_text = _(
        "There is no directory group yet. Your identity provider makes them over SCIM; or add one, "
        "to give its members a role, access profiles or licences."
    )
    ordering = ["display_name_ci"]
    readonly_fields = ["external_id", "members", "waiting"]
    # Identity providers change members all day; whom the form adds or removes is named.
    live_facts = frozenset({"members", "waiting"})

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[DirectoryGroup]:
        return super().get_queryset(request).annotate(size=Count("members"))

    @override
    def get_fieldsets(self, request: HttpRequest, obj: DirectoryGroup | None = None) -> Any:
        everything = self.has_full_permission(request)
        gives = ("mapped_role", "profiles", "licenses") if everything else ("mapped_role",)
        edits = MEMBER_FIELDS if everything or self.open_fields(request, obj) else ()
        if obj is None:
            return [
                (None, {"fields": ("display_name",)}),
                (_("Members"), {"fields": ("add_members",)}),
                (_("What its members get"), {"fields": gives}),
            ]
        return [
            (None, {"fields": ("display_name", "external_id")}),
            (_("Members"), {"fields": ("members", *edits)}),
            (_("What its members get"), {"fields": (*gives, "waiting")}),
        ]

    @override
    def open_fields(
        self, request: HttpRequest, obj: DirectoryGroup | None = None
    ) -> frozenset[str]:
        """Return nothing for a group that gives a role: an admin decides who has one."""
        opened = super().open_fields(request, obj)
        return frozenset() if opened and obj is not None and gives_a_role([obj.pk]) else opened

    @admin.display(description=_("Members"), ordering="size")
    def member_count(self, group: Any) -> int:
        """Return how many people and groups are in it directly."""
        return int(group.size)

    @admin.display(description=_("Members"))
    def members(self, group: DirectoryGroup) -> str:
        """Return the names of the first members, and a link to all."""
        return self.members_in_short(group)

    @override
    def member_rows(self, obj: DirectoryGroup, wanted: str) -> QuerySet[Any]:
        rows = obj.members.select_related("user", "member_group")
        if wanted:
            rows = rows.filter(
                self.people_called(wanted) | Q(member_group__display_name__finds=wanted)
            )
        return rows.order_by("user__user_name_ci", "member_group__display_name_ci", "pk")

    @override
    def member_of(self, row: Any) -> Member:
        if row.user is None:
            return Member(str(row.member_group), note=str(_("A group")))
        return Member(row.user.get_full_name(), row.user.user_name, str(_("A person")))

    @admin.display(description=_("Waiting for a seat"))
    def waiting(self, group: DirectoryGroup) -> str:
        """Return how many members wait for a seat of each licence that the group gives."""
        given = GroupLicense.objects.filter(group=group).select_related("subscription__product")
        counts = [
            (each.subscription, waiting_for_a_seat(group=group, subscription=each.subscription))
            for each in given
        ]
        return ", ".join(f"{product}: {count}" for product, count in counts if count) or "-"

    # --- Writing: the group and its custom attributes are one change ----------------------

    @override
    def save_model(
        self, request: HttpRequest, obj: DirectoryGroup, form: Any, change: bool
    ) -> None:
        """Wait for the custom attributes; :meth:`save_related` stores everything."""

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        hold_rules()  # Before everything else: the mappings may be changed last.
        if change:
            stored = _hold(form)
            self.require_as_shown(request, form.instance)
            if not self.has_change_permission(request, stored):
                raise PermissionDenied  # It gives a role since the form was shown.
            group = _update(form, stored)
            if not self.has_full_permission(request):
                return
        else:
            group = _create(form)
        form.instance.pk = group.pk
        role = form.cleaned_data["mapped_role"]
        set_group_mappings(
            group=group,
            role=Role(role) if role else None,
            profiles=form.cleaned_data["profiles"],
        )
        set_group_licenses(group=group, subscriptions=form.cleaned_data["licenses"])
        set_group_attributes(
            group=group,
            attributes={
                data["name"]: data["value"]
                for formset in formsets
                for data in (each.cleaned_data for each in formset.forms)
                if data.get("name") and not data.get("DELETE")
            },
        )

    @override
    def hold(self, obj: DirectoryGroup) -> None:
        """Do nothing: :meth:`save_related` holds more than the group, and in the right order."""

    @override
    def delete_object(self, obj: DirectoryGroup) -> None:
        delete_group(group=obj)

    @override
    def what_goes(self, objects: QuerySet[DirectoryGroup]) -> list[str]:
        seats = seats_given_by([group.pk for group in objects])
        return [
            *words_for_groups(loss_of_groups(objects)),
            *words_for_seats(by_product(seats)),
        ]


def _create(form: GroupForm) -> DirectoryGroup:
    name = form.cleaned_data["display_name"].strip()
    return create_group(values=GroupFields(display_name=name), member_ids=form.members().add)


def _hold(form: GroupForm) -> DirectoryGroup:
    """Hold whom the form concerns, and return the group as it is stored."""
    members = form.members()
    group_id, named = form.instance.pk, {*members.add, *members.remove}
    moving = "mapped_role" in form.changed_data or "profiles" in form.changed_data
    concerned = {*named, group_id} if moving else named
    hold_below({group_id, *named}, people=lambda: {*named, *people_below(concerned)})
    return read_held_group(form.instance)


def _update(form: GroupForm, stored: DirectoryGroup) -> DirectoryGroup:
    values = GroupFields(
        display_name=form.cleaned_data.get("display_name", stored.display_name).strip(),
        external_id=stored.external_id,
        attributes=stored.attributes,
    )
    update_group(group=stored, values=values, members=[form.members()])
    return stored
