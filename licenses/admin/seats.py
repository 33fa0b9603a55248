"""What the tenant has bought, and who was given a licence when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.console.csv_export import csv_response
from accounts.console.model_admin import ConsoleModelAdmin
from accounts.console.questions import judges_itself
from licenses.models import Seat, Subscription
from licenses.usage import subscription_use, subscriptions_with_use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

CSV_HEADER = (
    "product",
    "user",
    "granted",
    "granted_by",
    "grant_reason",
    "by_group",
    "released",
    "released_by",
    "release_reason",
)


class _ReadOnly:
    """Seats are given on the user's page, subscriptions made by operators."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Subscription)
class SubscriptionAdmin(_ReadOnly, ConsoleModelAdmin[Subscription]):
    """Seats bought and used."""

    list_title = _("Seats bought and used")
    empty_text = _("Your company has no licences yet. The operator of Gatehouse adds them.")
    list_display = ["product", "use", "seats", "starts", "ends"]
    fields = ["product", "seats", "starts", "ends"]
    actions: Any = None

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return subscriptions_with_use()

    @admin.display(description=_("Used"))
    def use(self, subscription: Any) -> SafeString:
        """Return the seats held now, as a bar and as a number."""
        return render_to_string("admin/seats_meter.html", subscription_use(subscription))


@admin.register(Seat)
class SeatAdmin(_ReadOnly, ConsoleModelAdmin[Seat]):
    """The history of licences."""

    list_title = _("Licence history")
    empty_text = _("Nobody has had a licence yet. Assign the first one in the user list.")
    list_display = ["user_label", "product", "granted", "granted_by", "grant_reason", "released"]
    list_filter = [
        ("released", admin.EmptyFieldListFilter),
        ("subscription", admin.RelatedOnlyFieldListFilter),
        ("granted", admin.DateFieldListFilter),
    ]
    list_select_related = ["subscription__product"]
    search_fields = ["user_label", "granted_by", "grant_reason", "release_reason"]
    search_help_text = _("User, who granted it, or reason")
    ordering = ["-granted"]
    actions: Any = None
    change_list_template = "admin/licenses/seat/change_list.html"
    fields = [
        "user_label",
        "product",
        "granted",
        "granted_by",
        "grant_reason",
        "by_group",
        "released",
        "released_by",
        "release_reason",
    ]
    readonly_fields = ["product"]

    @admin.display(description=_("Product"), ordering="subscription__product__name")
    def product(self, seat: Seat) -> str:
        """Return the product's name."""
        return seat.subscription.product.name

    @override
    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="licenses_seat_export"), *super().get_urls()]

    @judges_itself
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the history that the list shows, with its search and filters, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        seats = self.get_changelist_instance(request).get_queryset(request)
        return csv_response(name="licences", header=CSV_HEADER, rows=_rows(seats))


def _rows(seats: QuerySet[Seat]) -> Iterator[list[Any]]:
    seats = seats.select_related("subscription__product")
    for seat in seats.iterator(chunk_size=1000):
        rest = [getattr(seat, name) for name in CSV_HEADER[2:]]
        yield [seat.subscription.product.key, seat.user_label, *rest]
