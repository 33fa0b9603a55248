"""Customers: making a tenant with its first admin, changing its plan; verifying mail domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.models import EmailDomain, Plan, Tenant
from accounts.services.tenants import create_first_admin, create_tenant, update_tenant
from accounts.signing_in.domains import verify_domain, withdraw_domain
from accounts.signing_in.invitations import invite_user
from accounts.tenancy.scoping import tenant_id_scope, tenant_scope
from console.base.audited_admin import AuditedModelAdmin
from console.base.losses import words_for_domains
from console.base.many import ManyAction
from console.base.many_look import Look, PassedOver
from console.base.sites import platform_site
from console.base.versioned import RefusableForm
from console.platform.ways_in import WaysInPage, address_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrPromise


SWITCHES: Final = ("saml_sign_on", "saml_alone", "scim")
"""What its admins have switched on; off is no fault, and has no cross."""


def _switch(on: bool) -> StrPromise:  # noqa: FBT001 - the value of a column
    return _("On") if on else _("Off")


class TenantForm(RefusableForm[Tenant]):
    """A tenant, and on its first day also its admin."""

    admin_email = forms.EmailField(
        label=_("E-mail address of the first admin"),
        max_length=255,
        help_text=_("They get an invitation with a link to choose a password."),
    )

    class Meta:
        model = Tenant
        fields = ("slug", "name", "plan", "trail_days")
        help_texts: ClassVar[Any] = {"plan": _("SAML and SCIM need Enterprise.")}


@admin.register(Tenant, site=platform_site)
class TenantAdmin(WaysInPage):
    """Tenants are made and changed here; they are not deleted in a browser."""

    form: Any = TenantForm
    list_display = ["name", "slug", "plan", *SWITCHES]
    list_filter = ["plan", "saml_enabled", "scim_enabled"]
    search_fields = ["name", "slug"]
    search_help_text = _("Name or short name")
    list_says = _("The companies that use this deployment, and what each may use.")
    empty_text = _("There is no tenant yet. Add one, with its first system admin.")
    actions: Any = None

    change_form_template = "console/platform/tenant_form.html"

    @override
    def get_urls(self) -> list[Any]:
        return [self.ways_in_route(), *super().get_urls()]

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Tenant | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["ways_in"] = address_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @override
    def get_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        if obj is None:
            return ["slug", "name", "plan", "admin_email"]
        return ["slug", "name", "plan", "trail_days", *SWITCHES, "created"]

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        if obj is None:
            return []
        return ["slug", *SWITCHES, "created"]

    @admin.display(description=_("SAML sign-on"), ordering="saml_enabled")
    def saml_sign_on(self, tenant: Tenant) -> StrPromise:
        """Return whether its people can be signed in with SAML."""
        return _switch(tenant.saml_enabled)

    @admin.display(description=_("SAML enforced"), ordering="saml_enforced")
    def saml_alone(self, tenant: Tenant) -> StrPromise:
        """Return whether they have to be."""
        return _switch(tenant.saml_enforced)

    @admin.display(description=_("SCIM"), ordering="scim_enabled")
    def scim(self, tenant: Tenant) -> StrPromise:
        """Return whether identity providers may provision them."""
        return _switch(tenant.scim_enabled)

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: Tenant | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if change:
            del form.base_fields["admin_email"]
        return form

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        return False

    @override
    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        if change:
            self.require_as_shown(request, obj)
            update_tenant(tenant=obj, name=obj.name, plan=Plan(obj.plan), trail_days=obj.trail_days)
            return
        tenant = create_tenant(slug=obj.slug, name=obj.name, plan=Plan(obj.plan))
        first = create_first_admin(
            tenant=tenant, email=form.cleaned_data["admin_email"], password=""
        )
        with tenant_scope(tenant):
            url = invite_user(user=first)
        obj.pk = tenant.pk
        text = _(
            "Invitation for %(who)s, shown only now, in case the mail does not arrive: %(url)s"
        )
        self.message_user(request, text % {"who": first.user_name, "url": url}, messages.WARNING)


class VerifyMany(ManyAction):
    """Let addresses at domains sign in at their tenant's identity provider."""

    stays_because = _("People may have signed in by then. Delete the claim to withdraw it.")

    @override
    def question(self, count: int) -> str:
        text = ngettext("Verify %(n)s domain?", "Verify %(n)s domains?", count)
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s domain was verified", "%(n)s domains were verified", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        verified = chosen.exclude(verified=None)
        tenants = chosen.filter(verified=None).order_by().values("tenant").distinct().count()
        text = ngettext(
            "Addresses at these domains sign in at the identity provider of %(n)s tenant.",
            "Addresses at these domains sign in at the identity providers of %(n)s tenants.",
            tenants,
        )
        return Look(
            consequences=[text % {"n": tenants}],
            passed_over=[PassedOver(str(_("They are verified already.")), verified)],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> None:
        with tenant_id_scope(obj.tenant_id):
            verify_domain(claim=obj)


@admin.register(EmailDomain, site=platform_site)
class EmailDomainAdmin(AuditedModelAdmin[EmailDomain]):
    """Claims of mail domains, which an operator verifies after asking for proof."""

    list_display = ["domain", "tenant", "verified", "verified_by"]
    list_filter = [("verified", admin.EmptyFieldListFilter)]
    list_select_related = ["tenant"]
    search_fields = ["domain", "tenant__name"]
    search_help_text = _("Domain or tenant")
    list_says = _("Verify a claim when you know that the company holds the domain.")
    empty_text = _("No tenant has claimed a mail domain yet. Claims wait here to be verified.")
    actions: Any = ["verify", "delete_selected"]
    fields: ClassVar[Any] = ("domain", "tenant", "verified", "verified_by")
    readonly_fields: ClassVar[Any] = fields

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def delete_object(self, obj: EmailDomain) -> None:
        with tenant_id_scope(obj.tenant_id):
            withdraw_domain(claim=obj)

    @override
    def what_goes(self, objects: QuerySet[EmailDomain]) -> list[str]:
        return words_for_domains(objects.exclude(verified=None).count())

    verify = VerifyMany(
        description=_("Verify the selected domains…"), permissions=["change"], button=_("Verify")
    )
