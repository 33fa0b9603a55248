"""Products, and the subscriptions of each tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.base.audited_admin import AuditedModelAdmin
from console.base.many_look import PassedOver
from console.base.sites import platform_site
from licenses.errors import LicenseError
from licenses.models import Product, Subscription
from licenses.subscriptions import change_subscription, create_subscription
from licenses.usage import subscription_use, subscriptions_with_use

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Product, site=platform_site)
class ProductAdmin(AuditedModelAdmin[Product]):
    """What can be sold; a product that was sold cannot be deleted."""

    list_display = ["name", "key", "description"]
    list_says = _("What tenants can buy seats of.")
    empty_text = _("There is no product yet. Add one, and then a subscription of a tenant.")
    search_fields = ["name", "key"]

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        return ["key"] if obj else []

    @override
    def what_stays(self, request: HttpRequest, objects: QuerySet[Product]) -> list[PassedOver]:
        sold = objects.filter(pk__in=Subscription.objects.order_by().values("product"))
        return [PassedOver(str(_("It is sold: a subscription has it.")), sold)]


@admin.register(Subscription, site=platform_site)
class SubscriptionAdmin(AuditedModelAdmin[Subscription]):
    """What each tenant has bought.  A subscription is ended, not deleted: its history stays."""

    refusals: ClassVar[tuple[type[Exception], ...]] = (LicenseError,)
    list_display = ["tenant", "product", "use", "starts", "ends"]
    list_says = _("How many seats each tenant has bought, and until when.")
    empty_text = _("No tenant has bought anything yet. Add a subscription.")
    list_filter = ["product"]
    search_fields = ["tenant__name", "tenant__slug", "product__name", "product__key"]
    search_help_text = _("Tenant or product")
    ordering = ["tenant__name", "product__name"]
    fields = ["tenant", "product", "seats", "starts", "ends"]
    actions: Any = None

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return subscriptions_with_use().select_related("tenant")

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Subscription | None = None) -> Any:
        return ["tenant", "product"] if obj else []

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False

    @admin.display(description=_("Used"))
    def use(self, subscription: Any) -> SafeString:
        """Return the seats held now, as a bar and as a number."""
        return render_to_string("console/licences/seats_meter.html", subscription_use(subscription))

    @override
    def create_object(self, obj: Subscription, form: Any) -> None:
        created = create_subscription(
            tenant=obj.tenant,
            product=obj.product,
            seats=obj.seats,
            starts=obj.starts,
            ends=obj.ends,
        )
        obj.pk = created.pk

    @override
    def change_object(self, obj: Subscription, form: Any) -> None:
        change_subscription(subscription=obj, seats=obj.seats, starts=obj.starts, ends=obj.ends)
