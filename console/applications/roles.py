"""*Roles and permissions* of an application: basic details, permissions, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.identifiers import read_number
from accounts.models import DirectoryGroup
from console.applications.scope_form import GroupNamesField
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks, is_filters
from console.base.seen import seen_applications
from console.base.versioned import RefusableForm
from provisioning.models import ApplicationRole
from provisioning.services.roles import (
    RoleFields,
    change_application_role,
    create_application_role,
    delete_application_role,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

LONGEST_KEY: Final = 200
"""Characters of the key of a permission, as many as its column takes."""
OF: Final = "of"
"""The parameter of the form for a new role that names its application."""


def _is_key(value: str) -> bool:
    return read_number(value) is not None


class RoleForm(RefusableForm[ApplicationRole]):
    """A role: what it is called there, its permissions, and whose groups have it."""

    permission_lines = forms.CharField(
        label=_("Permissions"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "One key on each line. Each is sent as an entitlement; leave this empty if the "
            "application knows none."
        ),
    )
    assigned = forms.ModelMultipleChoiceField(
        label=_("Assigned groups"),
        queryset=DirectoryGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    add_groups = GroupNamesField(
        label=_("Assign further groups"),
        required=False,
        help_text=_("Names of directory groups; several, one on each line."),
    )

    class Meta:
        model = ApplicationRole
        fields = ("application", "key", "name", "description")
        help_texts = {
            "key": _("What the application calls it, as it is sent."),
            "name": _("Sent beside the key, for people there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.instance
        assigned = DirectoryGroup.objects.none()
        if role.pk:
            keys = role.permissions.order_by("key").values_list("key", flat=True)
            self.initial.setdefault("permission_lines", "\n".join(keys))
            assigned = DirectoryGroup.objects.filter(application_roles__role=role)
            self.initial.setdefault("assigned", list(assigned.values_list("pk", flat=True)))
        if "assigned" in self.fields:
            self.fields["assigned"].queryset = assigned.order_by(  # type: ignore[attr-defined]
                "display_name_ci"
            )

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        lines = str(cleaned.get("permission_lines", "")).splitlines()
        cleaned["permission_keys"] = list(
            dict.fromkeys(line.strip() for line in lines if line.strip())
        )
        longest = max(map(len, cleaned["permission_keys"]), default=0)
        if longest > LONGEST_KEY:
            text = _("A key has at most %(most)d characters; one of these has %(longest)d.")
            told = {"most": LONGEST_KEY, "longest": longest}
            self.add_error("permission_lines", str(text) % told)
        return cleaned

    def role_fields(self) -> RoleFields:
        """Return what a valid form says of the role."""
        data = self.cleaned_data
        named = DirectoryGroup.objects.filter(pk__in=data["add_groups"])
        groups = {group.pk: group for group in [*data["assigned"], *named]}
        return RoleFields(
            key=data["key"],
            name=data["name"],
            description=data["description"],
            permissions=data["permission_keys"],
            groups=list(groups.values()),
        )


@admin.register(ApplicationRole)
class ApplicationRoleAdmin(ConsoleModelAdmin[ApplicationRole]):
    """Roles of the applications that somebody sees."""

    form: Any = RoleForm
    list_title = _("Roles of applications")
    list_display = ["name", "key", "application", "description"]
    list_filter: ClassVar[Any] = [("application", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "key", "description"]
    search_help_text = _("Name, key or description")
    list_says = _("What people in a group may do at an application, as roles and permissions.")
    empty_text = _("There is no role yet. Add one on the page of an application.")
    ordering: ClassVar[Any] = ["application_id", "name", "pk"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ApplicationRole]:
        """Return the roles of the applications that the person sees."""
        roles = super().get_queryset(request).select_related("application")
        return roles.filter(application__in=seen_applications(request))

    @override
    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = seen_applications(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @override
    def get_readonly_fields(
        self, request: HttpRequest, obj: ApplicationRole | None = None
    ) -> tuple[str, ...]:
        fixed = tuple(super().get_readonly_fields(request, obj))
        told = (*fixed, "permission_names", "group_names")
        return told if obj is None else (*told, "application")

    @override
    def get_fieldsets(self, request: HttpRequest, obj: ApplicationRole | None = None) -> Any:
        may = self.has_full_permission(request)
        permissions = ("permission_lines",) if may else ("permission_names",)
        groups = ("assigned", "add_groups") if may else ("group_names",)
        return [
            (_("Basic details"), {"fields": ("application", "key", "name", "description")}),
            (_("Permissions"), {"fields": permissions}),
            (_("Groups"), {"fields": groups}),
        ]

    @admin.display(description=_("Permissions"))
    def permission_names(self, role: ApplicationRole) -> str:
        """Return the keys of the permissions, for those who may only look."""
        return ", ".join(role.permissions.order_by("key").values_list("key", flat=True)) or "-"

    @admin.display(description=_("Assigned groups"))
    def group_names(self, role: ApplicationRole) -> str:
        """Return the names of the groups, for those who may only look."""
        groups = DirectoryGroup.objects.filter(application_roles__role=role)
        return ", ".join(groups.values_list("display_name", flat=True)) or "-"

    @override
    @asks(**{OF: _is_key}, _changelist_filters=is_filters)
    def add_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().add_view(*args, **kwargs)

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the application from whose page the role is added."""
        return {"application": request.GET[OF]} if OF in request.GET else {}

    @override
    def create_object(self, obj: ApplicationRole, form: Any) -> None:
        made = create_application_role(application=obj.application, fields=form.role_fields())
        obj.pk = made.pk

    @override
    def change_object(self, obj: ApplicationRole, form: Any) -> None:
        stored = ApplicationRole.objects.get(pk=obj.pk)
        change_application_role(role=stored, fields=form.role_fields())

    @override
    def delete_object(self, obj: ApplicationRole) -> None:
        delete_application_role(role=obj)

    @override
    def what_goes(self, objects: QuerySet[ApplicationRole]) -> list[str]:
        count = objects.count()
        text = ngettext(
            "Whoever has it loses it at the application, with its permissions.",
            "Whoever has them loses them at the applications, with their permissions.",
            count,
        )
        return [text]

    @override
    def response_post_save_add(
        self, request: HttpRequest, obj: ApplicationRole
    ) -> HttpResponseRedirect:
        return redirect(self._roles_page(obj))

    @override
    def response_post_save_change(
        self, request: HttpRequest, obj: ApplicationRole
    ) -> HttpResponseRedirect:
        return redirect(self._roles_page(obj))

    def _roles_page(self, obj: ApplicationRole) -> str:
        name = f"{self.admin_site.name}:provisioning_application_roles"
        return reverse(name, args=[obj.application_id])
