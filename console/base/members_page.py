"""The page *Members* of a group or a profile: everybody in it, searched and in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from typing_extensions import override

from accounts.models.searched_text import Finds
from accounts.storable import is_storable
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

_ModelT = TypeVar("_ModelT", bound=models.Model)

PER_PAGE: Final = 100
SHOWN_ON_THE_FORM: Final = 20


class Member(NamedTuple):
    """One line of the page: the name, the address below it, and how they came in."""

    name: str
    address: str = ""
    note: str = ""


class MembersPageAdmin(ConsoleModelAdmin[_ModelT], Generic[_ModelT]):
    """A model whose rows have members; who may see a row may see them.

    Subclasses say which rows of which table they are, and how each is called.
    """

    def member_rows(self, obj: _ModelT, wanted: str) -> QuerySet[Any]:
        """Return the members whose names hold ``wanted``, which may be empty, in their order."""
        raise NotImplementedError

    def people_called(self, wanted: str) -> Q:
        """Return the condition on rows whose person has ``wanted`` in what the page shows of them.

        The index of what is searched holds their address, too, which the page does not show.
        """
        shown = Concat(
            *("user__user_name", Value(" "), "user__display_name", Value(" ")),
            *("user__given_name", Value(" "), "user__family_name"),
            output_field=models.TextField(),
        )
        return Q(Finds(shown, wanted), user__search_text__finds=wanted)

    def member_of(self, row: Any) -> Member:
        """Return how one of :meth:`member_rows` is shown."""
        raise NotImplementedError

    def members_in_short(self, obj: _ModelT) -> SafeString | str:
        """Return the names of the first members, and a link to all of them."""
        rows = self.member_rows(obj, "")
        first = list(rows[:SHOWN_ON_THE_FORM])
        if not first:
            return "-"
        count = rows.count()
        names = ((member.address or member.name,) for member in map(self.member_of, first))
        return format_html(
            '{}{} <a href="{}">{}</a>',
            format_html_join(", ", "<bdi>{}</bdi>", names),
            " …" if count > len(first) else "",
            self.url_of("members", obj.pk),
            _("All members (%(count)s)") % {"count": count},
        )

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.members_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_members"
        return [path("<path:object_id>/members/", view, name=name), *super().get_urls()]

    @asks(q=is_storable, p=str.isdecimal)
    def members_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a page of the members, or of those whose names hold what is looked for."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        wanted = request.GET.get("q", "").strip()
        page = Paginator(self.member_rows(obj, wanted), PER_PAGE).get_page(request.GET.get("p"))
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": _("Members of %s") % obj,
            "original": obj,
            "opts": self.opts,
            "wanted": wanted,
            "page": page,
            "members": [self.member_of(row) for row in page],
            "back": self.url_of("change", obj.pk),
        }
        return TemplateResponse(request, "console/base/members.html", context)
