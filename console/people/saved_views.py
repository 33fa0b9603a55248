"""Views of the user list that somebody has saved: tabs with counts, and the page to tidy them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from accounts.errors import AccountError
from accounts.identifiers import read_number
from accounts.models import SavedView, User
from accounts.models.saved_views import LONGEST_QUERY
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.submissions import came_back
from accounts.services.saved_views import delete_view, rename_view, save_view
from accounts.storage.how_many import how_many
from accounts.tenancy.scoping import active_tenant_id
from console.base.counting import EXACT, Number
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import judges_itself
from console.people.filters import FILTERS
from console.people.list_page import SAVE_VAR, is_name_of_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import QuerySet

    from console.people.list_page import PeopleChangeList

_REMEMBERED: Final = 60
"""Seconds for which a process remembers the counts of tabs that are not open."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A view beside the others."""

    name: str
    url: str
    count: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Views:
    """What the page says of views, and of everybody.

    Attributes:
        tabs: Everybody, and the person's own views.
        can_save: What would be saved; empty when it is a view already.
        has_own: Whether there are any to tidy.
        active: How many can sign in; ``None`` where that would take too long to count.
    """

    tabs: list[Tab]
    can_save: str
    has_own: bool
    active: Number | None


class SavedViewPages(ConsoleModelAdmin[User]):
    """Saving, renaming and deleting one's own views; whoever sees the list has their own."""

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        prefix = "accounts_user_view"
        return [
            path("views/", view(require_safe(self.views_view)), name=f"{prefix}s"),
            path("views/save/", view(_itself(self.save_view_view)), name=f"{prefix}_save"),
            path(
                "views/<int:view_id>/rename/",
                view(require_POST(self.rename_view_view)),
                name=f"{prefix}_rename",
            ),
            path(
                "views/<int:view_id>/delete/",
                view(require_POST(self.delete_view_view)),
                name=f"{prefix}_delete",
            ),
            *super().get_urls(),
        ]

    def views_of(self, request: HttpRequest, people: PeopleChangeList) -> Views:
        """Return the tabs above the list that is shown, with one statement for their counts."""
        own = list(self._own(request).order_by("pk"))
        inactive, *numbers = self._counts(request, own)
        query, all_of_them = people.view_query, people.everybody
        tabs = [Tab(_("Everybody"), "?", str(Number(all_of_them)), not query)]
        for view, number in zip(own, numbers, strict=True):
            is_open = view.query == query
            count = str(people.found) if is_open else _in_short(number)
            tabs.append(Tab(view.name, _address(view), count, is_open))
        is_known = any(tab.is_open for tab in tabs) or len(query) > LONGEST_QUERY
        active = Number(max(all_of_them - inactive, 0)) if inactive <= EXACT else None
        return Views(tabs, "" if is_known else query, bool(own), active)

    def _own(self, request: HttpRequest) -> QuerySet[SavedView]:
        return SavedView.objects.filter(owner=request.user.pk)

    def _counts(self, request: HttpRequest, views: Sequence[SavedView]) -> list[int]:
        """Return how many are inactive, and how many are in each view, a minute old at most.

        They decide nothing.  A view that is open is counted with its list.
        """
        about = [str(active_tenant_id()), str(request.user.pk), *(view.query for view in views)]
        key = f"user-list-{sha256('|'.join(about).encode()).hexdigest()}"
        known: list[int] | None = cache.get(key)
        if known is None:
            inactive = User.objects.filter(active=False)
            people = [inactive, *(self._people_of(request, view) for view in views)]
            known = how_many(people, most=EXACT + 1)
            cache.set(key, known, _REMEMBERED)
        return known

    def _people_of(self, request: HttpRequest, view: SavedView) -> QuerySet[User]:
        """Return who is in a view, whose values were judged when it was saved."""
        people: QuerySet[Any] = User.objects.all()
        asked = dict(parse_qsl(view.query))
        for kind in FILTERS:
            spec = kind(request, {name: [value] for name, value in asked.items()}, User, self)
            if spec.value is not None:
                people = spec.queryset(request, people) if spec.has_output() else people.none()
        people, _repeats = self.get_search_results(request, people, asked.get("q", ""))
        return people

    # --- Pages ----------------------------------------------------------------------------

    def views_view(self, request: HttpRequest) -> HttpResponse:
        """Show the person's views, each with what renames and deletes it."""
        self._require_view(request)
        return self._views_page(request, {})

    def _views_page(self, request: HttpRequest, typed: Mapping[int, str]) -> HttpResponse:
        """Show them, with what was ``typed`` as the name of some."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your views of the user list"),
            "opts": self.opts,
            "views": [
                {
                    "view": view,
                    "typed": typed.get(view.pk, view.name),
                    "rename": self.url_of("view_rename", view.pk),
                    "delete": self.url_of("view_delete", view.pk),
                    "open": f"{self.url_of('changelist')}{_address(view)}",
                }
                for view in self._own(request).order_by("pk")
            ],
            "list_url": self.url_of("changelist"),
        }
        request.current_app = self.admin_site.name
        return render(request, "console/people/views.html", context)

    def save_view_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the list that the address asks for, under the name that is posted."""
        self._require_view(request)
        people: Any = self.get_changelist_instance(request)
        back = f"{self.url_of('changelist')}?{people.view_query}"
        name = request.POST.get("name", "")
        again = f"{back}&{urlencode({SAVE_VAR: name})}" if is_name_of_view(name) else back
        if not people.view_query:
            messages.error(request, _("Nothing was saved: everybody is a view already."))
            return redirect(back)
        try:
            _look_again(request)
            owner = self._person(request)
            saved = save_view(owner=owner, name=name, query=people.view_query)
        except AccountError as refusal:
            messages.error(request, str(refusal))
            return redirect(again)
        text = _("Saved. “%(name)s” is one of your views now.")
        messages.success(request, text % {"name": saved.name})
        return redirect(back)

    def rename_view_view(self, request: HttpRequest, view_id: int) -> HttpResponse:
        """Call one of the person's own views something else."""
        view, name = self._one(request, view_id), request.POST.get("name", "")
        try:
            _look_again(request)
            rename_view(view=view, name=name, version=_version(request))
        except AccountError as refusal:
            messages.error(request, str(refusal))
            return self._views_page(request, {view.pk: name})
        messages.success(request, _("Saved."))
        return redirect(self.url_of("views"))

    def delete_view_view(self, request: HttpRequest, view_id: int) -> HttpResponse:
        """Delete one of the person's own views; the people stay."""
        view = self._one(request, view_id)
        try:
            delete_view(view=view, version=_version(request))
        except AccountError as refusal:
            messages.error(request, str(refusal))
        else:
            text = _("The view “%(name)s” is deleted. The people in it stay as they are.")
            messages.success(request, text % {"name": view.name})
        return redirect(self.url_of("views"))

    def _one(self, request: HttpRequest, view_id: int) -> SavedView:
        self._require_view(request)
        view = self._own(request).filter(pk=view_id).first()
        if view is None:
            raise Http404
        return view

    def _person(self, request: HttpRequest) -> User:
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        return request.user

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _itself(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return judges_itself(require_POST(view))


def _look_again(request: HttpRequest) -> None:
    """Refuse what was kept while the person signed in: it is shown first.

    Raises:
        StaleFormError: It was.
    """
    if LOOK_AGAIN in request.POST:
        raise came_back()


def _version(request: HttpRequest) -> int:
    """Return which version the form showed; none that there is, when it does not say."""
    return read_number(request.POST.get("version", "")) or 0


def _address(view: SavedView) -> str:
    return f"?{urlencode(parse_qsl(view.query))}"


def _in_short(number: int) -> str:
    counted = number_format(min(number, EXACT), force_grouping=True)
    return f"{counted}+" if number > EXACT else counted
