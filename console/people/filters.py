"""The filters of the user list: what each asks of people, and in which words its chip says so.

Who adds one writes a class here and names it in :data:`FILTERS`.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from accounts.identifiers import read_number, read_uuid
from accounts.models import (
    AccessProfile,
    DirectoryGroup,
    DirectoryGroupMember,
    ProfileMembership,
    Role,
    User,
)
from accounts.models.users import domain_of
from console.base.access import Access, access_of
from console.base.judging import JudgingFilter
from licenses.models import Seat, Subscription
from scim.models import Source

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

NONE: Final = "none"
YES: Final = "yes"
BY_HAND: Final = "hand"
LONGEST_IDLE: Final = 3650
"""Days."""
_LONGEST_DOMAIN: Final = 255


class PeopleFilter(JudgingFilter):
    """One filter, which is there for whoever may see the page that it tells of.

    Attributes:
        name: Its parameter in the address.
        title: What the chip and the menu call it.
        page: The key of that page in the access table.
    """

    name: ClassVar[str]
    title: StrOrPromise = ""
    page: ClassVar[str] = "accounts.user"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop(self.name, None)
        self.value: str | None = given[-1] if given else None
        self.words = ""
        """What is chosen; empty while nothing is."""

    @override
    def has_output(self) -> bool:
        user = self.request.user
        return isinstance(user, User) and Access.VIEW in access_of(user, self.page)

    @override
    def expected_parameters(self) -> list[str | None]:
        return [self.name]

    @override
    def choices(self, changelist: Any) -> Any:
        """Return nothing: the page counts what it offers (:mod:`console.people.facets`)."""
        return ()

    @override
    def accepts(self, value: str) -> bool:
        self.words = self.say(value)
        return bool(self.words)

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value is None else queryset.filter(self.condition(self.value))

    @abstractmethod
    def say(self, value: str) -> str:
        """Return ``value`` in words; nothing when there is no such value in this tenant."""

    @abstractmethod
    def condition(self, value: str) -> Any:
        """Return the condition on people for a value that has words."""


class StatusFilter(PeopleFilter):
    """Who can sign in, and who cannot."""

    name = "status"
    title = gettext_lazy("Status")
    WORDS: ClassVar[dict[str, Any]] = {
        "active": gettext_lazy("Active"),
        "inactive": gettext_lazy("Inactive"),
    }

    @override
    def say(self, value: str) -> str:
        return str(self.WORDS.get(value, ""))

    @override
    def condition(self, value: str) -> Any:
        return Q(active=value == "active")


class RoleFilter(PeopleFilter):
    """Who has a role."""

    name = "role"
    title = gettext_lazy("Role")

    @override
    def say(self, value: str) -> str:
        return str(Role(value).label) if value in Role.values else ""

    @override
    def condition(self, value: str) -> Any:
        return Q(role=value)


class _KeyFilter(PeopleFilter):
    """People who belong to a row of another model."""

    model: ClassVar[Any]

    def key_of(self, value: str) -> Any:
        """Return the key that ``value`` is, or ``None``."""
        return read_number(value)

    @override
    def say(self, value: str) -> str:
        key = self.key_of(value)
        row: Model | None = None if key is None else self.model.objects.filter(pk=key).first()
        return "" if row is None else str(row)


class SourceFilter(_KeyFilter):
    """Who was made or changed by a source, and who by hand alone."""

    name = "source"
    title = gettext_lazy("Source")
    page = "scim.source"
    model = Source

    @override
    def say(self, value: str) -> str:
        return _("By hand") if value == BY_HAND else super().say(value)

    @override
    def condition(self, value: str) -> Any:
        return Q(source_ids=[]) if value == BY_HAND else Q(source_ids__contains=[int(value)])


class LicenceFilter(_KeyFilter):
    """Who holds the licence of a product, and who none at all."""

    name = "licence"
    title = gettext_lazy("Licence")
    page = "licenses.subscription"
    model = Subscription

    @override
    def say(self, value: str) -> str:
        return _("none") if value == NONE else super().say(value)

    @override
    def condition(self, value: str) -> Any:
        held = Seat.objects.filter(user=OuterRef("pk"), released=None)
        return ~Exists(held) if value == NONE else Exists(held.filter(subscription_id=int(value)))


class ProfileFilter(_KeyFilter):
    """Who is in a custom access profile."""

    name = "profile"
    title = gettext_lazy("Access profile")
    page = "accounts.accessprofile"
    model = AccessProfile

    @override
    def say(self, value: str) -> str:
        key = self.key_of(value)
        found = AccessProfile.objects.filter(pk=key, is_default=False).first() if key else None
        return "" if found is None else found.name

    @override
    def condition(self, value: str) -> Any:
        return Exists(ProfileMembership.objects.filter(user=OuterRef("pk"), profile_id=int(value)))


class GroupFilter(_KeyFilter):
    """Who is a direct member of a directory group."""

    name = "group"
    title = gettext_lazy("Directory group")
    page = "accounts.directorygroup"
    model = DirectoryGroup

    @override
    def key_of(self, value: str) -> Any:
        return read_uuid(value)

    @override
    def condition(self, value: str) -> Any:
        members = DirectoryGroupMember.objects.filter(group_id=self.key_of(value))
        return Exists(members.filter(user=OuterRef("pk")))


class NeverFilter(PeopleFilter):
    """Who has never signed in."""

    name = "never"
    title = gettext_lazy("Never signed in")

    @override
    def say(self, value: str) -> str:
        return _("yes") if value == YES else ""

    @override
    def condition(self, value: str) -> Any:
        return Q(last_login=None)


class IdleFilter(PeopleFilter):
    """Who has not signed in for a number of days, however long they have been here."""

    name = "idle"
    title = gettext_lazy("Idle")

    @override
    def say(self, value: str) -> str:
        days = read_number(value)
        if days is None or days > LONGEST_IDLE:
            return ""
        return ngettext("for %(n)s day", "for %(n)s days", days) % {"n": days}

    @override
    def condition(self, value: str) -> Any:
        since = timezone.now() - timedelta(days=int(value))
        return Q(last_login__lt=since) | Q(last_login=None, created__lt=since)


class DomainFilter(PeopleFilter):
    """Whose address ends with a mail domain."""

    name = "domain"
    title = gettext_lazy("Mail domain")

    @override
    def say(self, value: str) -> str:
        name = value.strip().lower()
        is_name = "." in name.strip(".") and not set(name) & set("@ ,()")
        return name if is_name and len(name) <= _LONGEST_DOMAIN else ""

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value is None:
            return queryset
        people: QuerySet[Any] = queryset.alias(mail_domain=domain_of("email_ci"))
        return people.filter(self.condition(self.value))

    @override
    def condition(self, value: str) -> Any:
        return Q(mail_domain=value.strip().lower())


FILTERS: Final[tuple[type[PeopleFilter], ...]] = (
    StatusFilter,
    RoleFilter,
    SourceFilter,
    LicenceFilter,
    ProfileFilter,
    GroupFilter,
    NeverFilter,
    IdleFilter,
    DomainFilter,
)
"""In the order of the menu."""
