"""Mail domains that the tenant claims; an operator verifies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import EmailDomain
from accounts.signing_in.domains import claim_domain, withdraw_domain
from console.base.losses import words_for_domains
from console.base.model_admin import ConsoleModelAdmin
from console.base.versioned import RefusableForm

if TYPE_CHECKING:
    from django.db.models import QuerySet


class DomainForm(RefusableForm[EmailDomain]):
    """A domain that is claimed."""

    class Meta:
        model = EmailDomain
        fields = ("domain",)
        help_texts = {
            "domain": _(
                "What stands behind the @ of your addresses, such as acme.example. It counts when "
                "the operator of Gatehouse has verified that it is yours."
            )
        }


@admin.register(EmailDomain)
class EmailDomainAdmin(ConsoleModelAdmin[EmailDomain]):
    """Claims are made and withdrawn; there is nothing to change in one."""

    refusals: ClassVar[tuple[type[Exception], ...]] = (ValidationError,)
    form = DomainForm
    save_label = _("Claim the domain")
    list_display = ["domain", "state"]
    list_says = _("Sign-in finds your company by the domains of its e-mail addresses.")
    empty_text = _(
        "No mail domain is claimed yet. Claim yours, so that sign-in finds your company."
    )
    fields: ClassVar[Any] = ("domain",)

    @override
    def has_change_permission(self, request: HttpRequest, obj: EmailDomain | None = None) -> bool:
        return False

    @admin.display(description=_("State"))
    def state(self, claim: EmailDomain) -> str:
        """Return whether the claim has an effect."""
        return str(_("Verified") if claim.verified else _("Waiting for the operator"))

    @override
    def create_object(self, obj: EmailDomain, form: Any) -> None:
        obj.pk = claim_domain(domain=obj.domain).pk

    @override
    def delete_object(self, obj: EmailDomain) -> None:
        withdraw_domain(claim=obj)

    @override
    def what_goes(self, objects: QuerySet[EmailDomain]) -> list[str]:
        return words_for_domains(objects.exclude(verified=None).count())
