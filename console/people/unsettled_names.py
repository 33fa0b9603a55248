"""*Names to settle*: who is called what nobody could be called today, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import admin
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.services.unsettled_names import settle_names, unsettled_names
from console.base.pages import ConsolePage, register_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST: Final = 500
"""Of each kind, on the page; the command lists all."""


def names_to_settle(request: HttpRequest) -> HttpResponse:
    """Show the names that need a hand; settle those that nothing is in the way of any more."""
    if request.method == "POST":
        settle_names()
        return redirect("console:names-to-settle")
    rows = [
        {
            "name": each.name,
            "kind": each.row._meta.verbose_name,
            "reason": each.reason,
            "url": reverse(
                f"console:{each.row._meta.app_label}_{each.row._meta.model_name}_change",
                args=[each.row.pk],
            ),
        }
        for each in unsettled_names(most=MOST)
    ]
    context = {**admin.site.each_context(request), "title": _("Names to settle"), "rows": rows}
    request.current_app = admin.site.name
    return render(request, "console/people/names_to_settle.html", context)


register_page(
    ConsolePage(
        name="names-to-settle",
        route="names-to-settle/",
        view=names_to_settle,
        access="accounts.user",
        found_as=_("Names to settle"),
    )
)
