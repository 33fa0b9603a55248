"""Operators, locked-out addresses, and the audit trail over all tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AuditEntry, Lockout, User
from accounts.services.operators import set_operator_active
from accounts.services.users import create_operator
from accounts.trail import audit
from console.base.audited_admin import AuditedModelAdmin
from console.base.moments import told
from console.base.sites import platform_site
from console.base.versioned import RefusableForm
from console.logs.audit_trail import READ_FIELDS, AuditTrailAdmin
from console.logs.trail_kinds import KindFilter

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class OperatorForm(RefusableForm[User]):
    """A person who runs the deployment."""

    user_name = forms.EmailField(label=_("E-mail address"), max_length=255)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=_("At least 12 characters. Hand it over in a safe way."),
    )

    class Meta:
        model = User
        fields = ("user_name", "active")

    def clean_password(self) -> str:
        """Refuse a password that is easy to guess for this person."""
        password: str = self.cleaned_data["password"]
        address = self.cleaned_data.get("user_name", "")
        validate_password(password, User(user_name=address, email=address))
        return password


@admin.register(User, site=platform_site)
class OperatorAdmin(AuditedModelAdmin[User]):
    """Operators are made and deactivated; the last active one stays."""

    form: Any = OperatorForm
    list_title = _("Operators")
    list_says = _("The people who run this deployment. They see every tenant and belong to none.")
    empty_text = _("There is no operator yet. Add one.")
    change_title = _("Change operator")
    list_display = ["user_name", "active", "created"]
    search_fields = ["search_text"]
    # Django would take the templates of the console's user list.
    change_list_template = "admin/change_list.html"
    change_form_template = "admin/change_form.html"
    ordering: ClassVar[Any] = ["user_name_ci"]
    actions: Any = None

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(tenant=None)

    @override
    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["user_name", "active"] if obj else ["user_name", "password"]

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["user_name"] if obj else []

    @override
    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if change:
            del form.base_fields["password"]
            form.base_fields.pop("user_name", None)
        return form

    @override
    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @override
    def hold(self, obj: User) -> None:
        """Hold all who are counted when one of them is to be the last, in one order."""
        operators = User.objects.select_for_update().filter(tenant=None)
        list(operators.order_by("pk").values_list("pk"))

    @override
    def create_object(self, obj: User, form: Any) -> None:
        data = form.cleaned_data
        obj.pk = create_operator(email=data["user_name"], password=data["password"]).pk

    @override
    def change_object(self, obj: User, form: Any) -> None:
        set_operator_active(operator=obj, active=obj.active)


@admin.register(Lockout, site=platform_site)
class LockoutAdmin(AuditedModelAdmin[Lockout]):
    """Failed sign-ins that throttle an address; deleting one lets the person try again."""

    list_title = _("Failed sign-ins and lockouts")
    list_says = _("Failed sign-ins, by address and network address. Each pause ends by itself.")
    empty_text = _("Nobody has failed to sign in. Nothing needs to be done here.")
    list_display = ["address", "client", "failures", "last_failure"]
    search_fields = ["username", "ip_address"]
    search_help_text = _("Address, or network address")
    fields: ClassVar[Any] = ("address", "client", "browser", "failures", "last_failure")
    readonly_fields: ClassVar[Any] = fields

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("E-mail address"), ordering="username")
    def address(self, lockout: Lockout) -> Any:
        """Return the address that was tried, as sign-in compares it."""
        return lockout.username

    @admin.display(description=_("Network address"), ordering="ip_address")
    def client(self, lockout: Lockout) -> Any:
        """Return where it was tried from; of IPv6 the network."""
        return lockout.ip_address

    @admin.display(description=_("Browser"))
    def browser(self, lockout: Lockout) -> Any:
        """Return what the last one that was tried with calls itself."""
        return lockout.user_agent

    @admin.display(description=_("Failed sign-ins"), ordering="failures_since_start")
    def failures(self, lockout: Lockout) -> Any:
        """Return how many failed since the last one that succeeded, or since the last pause."""
        return lockout.failures_since_start

    @admin.display(description=_("Last failure"), ordering="attempt_time")
    def last_failure(self, lockout: Lockout) -> SafeString:
        """Return when the last one failed."""
        return told(lockout.attempt_time)

    @override
    def what_goes(self, objects: QuerySet[Lockout]) -> list[str]:
        return [str(_("Whoever was locked out can try again at once."))]

    @override
    def delete_object(self, obj: Lockout) -> None:
        audit.record("lockout.reset", None, user_name=obj.username, ip_address=obj.ip_address)
        obj.delete()


@admin.register(AuditEntry, site=platform_site)
class PlatformAuditTrailAdmin(AuditTrailAdmin):
    """The trail of every tenant, and of what operators did."""

    # Of all tenants, the newest are found by the key alone.
    ordering: ClassVar[Any] = ["-id"]
    list_display = ["at", "tenant", "happened", "changed_in_short"]
    list_select_related = ["tenant"]
    list_filter: ClassVar[Any] = [
        ("at", admin.DateFieldListFilter),
        ("tenant", admin.RelatedOnlyFieldListFilter),
        KindFilter,
    ]
    fields: ClassVar[Any] = ("tenant", *READ_FIELDS)
    readonly_fields: ClassVar[Any] = ("tenant", *READ_FIELDS)
