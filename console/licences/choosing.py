"""Which licence, and which page of a long list, the address of a page about licences asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.identifiers import read_number
from licenses.models import Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.paginator import Page
    from django.http import HttpRequest

LICENCE: Final = "licence"
PAGE: Final = "p"
PER_PAGE: Final = 100


def is_licence(value: str) -> bool:
    """Whether ``value`` can be the key of a subscription, or is empty."""
    return value == "" or read_number(value) is not None


def licences_offered() -> list[Subscription]:
    """Return every subscription in scope, with its product."""
    return list(Subscription.objects.select_related("product").order_by("product__name"))


def licence_asked_for(request: HttpRequest, offered: Sequence[Subscription]) -> Subscription | None:
    """Return the one of those offered that the address names, or ``None`` if it names none.

    Raises:
        Http404: It names another.
    """
    key = read_number(request.GET.get(LICENCE, ""))
    if key is None:
        return None
    for each in offered:
        if each.pk == key:
            return each
    raise Http404(_("This licence is not there any more."))


def page_asked_for(request: HttpRequest, rows: Any) -> Page[Any]:
    """Return the part of ``rows`` that the address asks for; beyond the end it is the last."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get(PAGE, "1"))
