"""*User list* and *Edit user settings*: people with their licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError
from accounts.models import User
from console.base.access import Access
from console.base.losses import words_for_seats
from console.people.many_licences import AssignMany, ReleaseMany
from console.people.people import PersonAdmin
from console.people.user_settings_form import UserSettingsForm
from licenses.errors import LicenseError
from licenses.models import Seat, Subscription
from licenses.services import change_seats
from licenses.usage import by_product

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class LicenseFilter(admin.SimpleListFilter):
    """People who hold a licence of one product, or none at all."""

    title = _("licence")
    parameter_name = "licence"
    NONE = "none"

    @override
    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> Iterable[tuple[str, Any]]:
        held = [
            (str(each.pk), each.product.name)
            for each in Subscription.objects.select_related("product")
        ]
        return [*held, (self.NONE, _("Without a licence"))]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        value = self.value()
        holders = Seat.objects.filter(released=None)
        if value == self.NONE:
            return queryset.exclude(pk__in=holders.exclude(user=None).values("user_id"))
        if value and value.isdecimal():
            return queryset.filter(
                pk__in=holders.filter(subscription_id=int(value)).values("user_id")
            )
        return queryset


@admin.register(User)
class UserAdmin(PersonAdmin):
    """People with their licences."""

    partial_rights: ClassVar[Any] = PersonAdmin.partial_rights | {Access.LICENCES: ("licenses",)}
    form: Any = UserSettingsForm
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError, LicenseError)
    list_display: Any = [
        "who",
        "role",
        "status",
        "license_names",
        "row_menu",
    ]
    list_filter: ClassVar[Any] = ["active", "role", LicenseFilter]
    actions: Any = [
        "assign_license",
        "release_license",
        "deactivate",
        "reactivate",
        "delete_selected",
    ]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        held = Seat.objects.filter(released=None).select_related("subscription__product")
        return super().get_queryset(request).prefetch_related(Prefetch("seats", held, "held"))

    @override
    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj is None:
            return sections
        name = "licenses" if self.has_licences_permission(request) else "license_names"
        return [*sections, (_("Product user licences"), {"fields": (name,)})]

    def has_licences_permission(self, request: HttpRequest) -> bool:
        """Whether the person may give and release licences; actions ask for it as *licences*."""
        return Access.LICENCES in self.access(request)

    @admin.display(description=_("Licences"))
    def license_names(self, user: User) -> str:
        """Return the products whose licence the person holds."""
        names = sorted(seat.subscription.product.name for seat in _held(user))
        return ", ".join(names) or str(_("None"))

    @override
    def change_object(self, obj: User, form: Any) -> None:
        super().change_object(obj, form)
        stored = User.objects.get(pk=obj.pk)
        if stored.active:  # Deactivation has released every licence.
            added, removed = form.difference_of("licenses")
            change_seats(user=stored, assign=added, release=removed)

    @override
    def what_goes(self, objects: QuerySet[User]) -> list[str]:
        return [*super().what_goes(objects), *self._seats_of(objects)]

    # --- Many people ----------------------------------------------------------------------

    assign_license = AssignMany(
        description=_("Assign a licence to the selected people…"),
        permissions=["licences"],
        button=_("Assign the licence"),
    )
    release_license = ReleaseMany(
        description=_("Release a licence of the selected people…"),
        permissions=["licences"],
        button=_("Release the licence"),
        danger=True,
    )

    @override
    def what_deactivation_takes(self, people: QuerySet[User]) -> list[str]:
        return [*super().what_deactivation_takes(people), *self._seats_of(people)]

    def _seats_of(self, people: QuerySet[User]) -> list[str]:
        held = Seat.objects.filter(released=None, user__in=people.order_by().values("pk"))
        return words_for_seats(by_product(held))

    # --- Export ---------------------------------------------------------------------------

    @override
    def export_header(self) -> list[str]:
        return [*super().export_header(), "licences"]

    @override
    def export_rows(self, objects: QuerySet[User]) -> Iterator[list[Any]]:
        names = super().export_header()
        for user in objects.iterator(chunk_size=1000):
            keys = sorted(seat.subscription.product.key for seat in _held(user))
            yield [*(getattr(user, name) for name in names), " ".join(keys)]


def _held(user: User) -> Iterable[Seat]:
    prefetched = getattr(user, "held", None)
    if prefetched is None:
        return user.seats.filter(released=None).select_related("subscription__product")
    held: list[Seat] = prefetched
    return held
