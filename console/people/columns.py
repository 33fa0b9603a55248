"""The columns of the user list: which there are, who may see them, and what stands in them.

Who adds one writes a method here and names it in :data:`COLUMNS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from accounts.services.users import USER_FIELD_NAMES
from console.base.access import Access, access_of
from console.base.model_admin import ConsoleModelAdmin
from console.base.moments import told
from licenses.models import Seat
from scim.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

COLUMNS_VAR: Final = "columns"
"""The parameter that names the chosen columns, with commas between them."""
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be chosen.

    Attributes:
        page: Who may see this page may see the column.
        is_usual: Whether it is there when nobody has chosen.
        left_out: The class that says where it is left out for want of room.
        is_telling: Whether what stands in it is understood without its heading.
    """

    page: str = "accounts.user"
    is_usual: bool = True
    left_out: str = "gh-wide gh-wider"
    is_telling: bool = False


_TOLD_OTHERWISE: Final = frozenset(
    {
        *("user_name", "email", "given_name", "family_name", "display_name"),
        *("active", "external_id", "attributes"),
    }
)
"""Fields of a person that the column of the person tells, or one of another name or right."""

COLUMNS: Final[Mapping[str, Column]] = {
    "status": Column(left_out="gh-wide", is_telling=True),
    "role": Column(left_out="gh-wide", is_telling=True),
    "source": Column(page="scim.source", is_telling=True),
    "license_names": Column(left_out="gh-wide"),
    "department": Column(is_usual=False),
    "title": Column(is_usual=False),
    **{name: Column(is_usual=False) for name in USER_FIELD_NAMES if name not in _TOLD_OTHERWISE},
    "external_id": Column(page="scim.source", is_usual=False),
    "since": Column(is_usual=False),
    "last_sign_in": Column(),
}
"""In the order in which they stand."""


class PeopleColumns(ConsoleModelAdmin[User]):
    """What the user list can show."""

    narrow_columns = {name: column.left_out for name, column in COLUMNS.items()}
    telling_columns = {name for name, column in COLUMNS.items() if column.is_telling}

    def columns_of(self, request: HttpRequest) -> list[str]:
        """Return the columns that the person may choose."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - the site let them in
        return [
            name for name, column in COLUMNS.items() if Access.VIEW in access_of(user, column.page)
        ]

    def chosen_columns(self, request: HttpRequest) -> list[str]:
        """Return the columns that the address names, or the usual ones."""
        named = request.GET.get(COLUMNS_VAR)
        if named is None:
            return [name for name in self.columns_of(request) if COLUMNS[name].is_usual]
        return [name for name in self.columns_of(request) if name in named.split(",")]

    @override
    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Return what is searched; what stands in a column, for who may see the column."""
        hidden = COLUMNS.keys() - set(self.columns_of(request))
        searched = super().get_search_fields(request)
        return [path for path in searched if path.partition("__")[0] not in hidden]

    def are_columns(self, request: HttpRequest, value: str) -> bool:
        """Whether ``value`` names columns that the person may see, each once; or none."""
        names = value.split(",") if value else []
        return len(set(names)) == len(names) and set(names) <= set(self.columns_of(request))

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        ends = ["row_menu"] if self.has_full_permission(request) else []
        return ["who", *self.chosen_columns(request), *ends]

    @admin.display(description=_("Person"), ordering="user_name_ci")
    def who(self, user: User) -> SafeString:
        """Return the name of somebody over their user name, whose end stays in sight."""
        local, at, domain = user.user_name.rpartition("@")
        context = {"person": user, "local": local, "domain": at + domain}
        return render_to_string("console/people/who.html", context)

    @admin.display(description=_("Status"), ordering="active")
    def status(self, user: User) -> SafeString:
        """Return a badge that says whether the person can sign in."""
        context = {
            "text": _("Active") if user.active else _("Inactive"),
            "kind": "good" if user.active else "",
        }
        return render_to_string("components/status_badge.html", context)

    @admin.display(description=_("Source"))
    def source(self, user: User) -> str:
        """Return who made or changed the person over SCIM."""
        names: list[str] = getattr(user, "source_names", [])
        return ", ".join(names) or str(_("By hand"))

    @admin.display(description=_("Licences"))
    def license_names(self, user: User) -> str:
        """Return the products whose licence the person holds."""
        names = sorted(seat.subscription.product.name for seat in held_by(user))
        return ", ".join(names) or str(_("None"))

    @admin.display(description=_("Department"))
    def department(self, user: User) -> str:
        """Return the department, as the identity provider sent it."""
        return _text(user.attributes.get(ENTERPRISE), "department")

    @admin.display(description=_("Title"))
    def title(self, user: User) -> str:
        """Return the title, as the identity provider sent it."""
        return _text(user.attributes, "title")

    @admin.display(description=_("Last sign-in"), ordering="last_login")
    def last_sign_in(self, user: User) -> Any:
        """Return when the person signed in last."""
        return told(user.last_login) if user.last_login else _("Never")

    @admin.display(description=_("Since"), ordering="id")
    def since(self, user: User) -> Any:
        """Return when the person was made."""
        return told(user.created)


def with_seats() -> Prefetch[str, QuerySet[Seat], str]:
    """Return what reads the seats that people hold together with them."""
    seats = Seat.objects.filter(released=None).select_related("subscription__product")
    return Prefetch("seats", seats, "held")


def read_beside(people: Sequence[User], columns: Collection[str]) -> None:
    """Read what these columns of ``people`` show from elsewhere, with a statement for each."""
    if "license_names" in columns:
        prefetch_related_objects(people, with_seats())
    if "source" in columns:
        ids = {pk for user in people for pk in user.source_ids}
        names = dict(Source.objects.filter(pk__in=ids).values_list("pk", "name"))
        for user in people:
            found = [names[pk] for pk in user.source_ids if pk in names]
            user.source_names = found  # type: ignore[attr-defined]


def held_by(user: User) -> Iterable[Seat]:
    """Return the seats that somebody holds; those of a list were read with it."""
    prefetched = getattr(user, "held", None)
    if prefetched is None:
        return user.seats.filter(released=None).select_related("subscription__product")
    held: list[Seat] = prefetched
    return held


def _text(values: Any, name: str) -> str:
    value = values.get(name) if isinstance(values, dict) else None
    return value if isinstance(value, str) else ""
