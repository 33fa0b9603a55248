"""What the tenant has bought, and who was given a licence when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.trail.sentences import actor_in_words
from console.base.access import Access
from console.base.exports import ExportedModelAdmin, ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.of_person import LinkedChangeList, PersonFilter, linked
from console.licences.idle import IdleSeatsFilter, ReleaseIdleSeats
from licenses.errors import LicenseError
from licenses.models import Seat, Subscription
from licenses.usage import subscription_use, subscriptions_with_use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
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


@admin.register(Subscription)
class SubscriptionAdmin(ReadModelAdmin[Subscription], ConsoleModelAdmin[Subscription]):
    """Seats bought and used; operators make subscriptions."""

    list_title = _("Seats bought and used")
    list_says = _("How many seats your company has bought of each product, and how many are used.")
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
        return render_to_string("console/licences/seats_meter.html", subscription_use(subscription))


class LicencesGivenFilter(admin.RelatedOnlyFieldListFilter):
    """The licences that somebody was given; a single one is a choice, too, for pages link to it."""

    @override
    def has_output(self) -> bool:
        return bool(self.lookup_choices)


class HolderFilter(PersonFilter):
    """The licences of one person, held and given back."""

    column = "user_id"


class SeatChangeList(LinkedChangeList):
    """A page of licences, each of which leads to its holder."""

    column = "user_id"


@admin.register(Seat)
class SeatAdmin(ExportedModelAdmin[Seat], ReadModelAdmin[Seat], ConsoleModelAdmin[Seat]):
    """The history of licences, which are given on the user's page."""

    export_name = "licences"
    list_title = _("Licence history")
    list_says = _("Who holds or held which licence, since when and until when.")
    empty_text = _("Nobody has had a licence yet. Assign the first one in the user list.")
    list_display = ["product", "holder", "granted", "given_by", "grant_reason", "released"]
    list_filter = [
        IdleSeatsFilter,
        HolderFilter,
        ("released", admin.EmptyFieldListFilter),
        ("subscription", LicencesGivenFilter),
        ("granted", admin.DateFieldListFilter),
    ]
    list_select_related = ["subscription__product"]
    search_fields = ["user_label", "granted_by", "grant_reason", "release_reason"]
    search_help_text = _("User, who granted it, or reason")
    ordering = ["-granted"]
    refusals: ClassVar[tuple[type[Exception], ...]] = (LicenseError,)
    actions: Any = ["release_idle"]
    fields = [
        *("holder", "product", "granted", "given_by", "grant_reason", "by_group"),
        *("released", "taken_by", "release_reason"),
    ]
    readonly_fields = ["holder", "product", "given_by", "taken_by"]

    release_idle = ReleaseIdleSeats(
        description=_("Take back seats of idle people"),
        permissions=["licences"],
        button=_("Take back if idle"),
        danger=True,
    )

    def has_licences_permission(self, request: HttpRequest) -> bool:
        """Whether the person may give and release licences; actions ask for it as *licences*."""
        return Access.LICENCES in self.access(request)

    @override
    def people_of_rows(self, keys: Collection[str]) -> dict[str, str]:
        held = Seat.objects.filter(pk__in=keys).exclude(user=None)
        return {str(pk): str(user) for pk, user in held.values_list("pk", "user")}

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SeatChangeList]:
        return SeatChangeList

    @admin.display(description=_("User"), ordering="user_label")
    def holder(self, seat: Seat) -> str:
        """Return whose licence it is or was; who is still there has a page."""
        return linked(seat.holder, seat.person_page)

    @admin.display(description=_("Granted by"), ordering="granted_by")
    def given_by(self, seat: Seat) -> str:
        """Return who gave it."""
        return actor_in_words(seat.granted_by)

    @admin.display(description=_("Released by"), ordering="released_by")
    def taken_by(self, seat: Seat) -> str:
        """Return who took it back, if anybody did."""
        return actor_in_words(seat.released_by)

    @admin.display(description=_("Product"), ordering="subscription__product__name")
    def product(self, seat: Seat) -> str:
        """Return the product's name."""
        return seat.subscription.product.name

    @override
    def export_header(self) -> Sequence[str]:
        return CSV_HEADER

    @override
    def export_rows(self, objects: QuerySet[Seat]) -> Iterator[list[Any]]:
        seats = objects.select_related("subscription__product")
        for seat in seats.iterator(chunk_size=1000):
            yield [
                *(seat.subscription.product.key, seat.holder, seat.granted),
                *(actor_in_words(seat.granted_by), seat.grant_reason, seat.by_group),
                *(seat.released, actor_in_words(seat.released_by), seat.release_reason),
            ]
