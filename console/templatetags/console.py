"""What the templates of the console and the platform need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import template
from django.contrib.admin.views.main import PAGE_VAR

from accounts.models import User
from accounts.trail.sentences import actor_in_words
from console.base.access import Access, access_of
from console.base.cells import bounded, cells, columns
from console.base.moments import told, told_exactly, told_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.admin.views.main import ChangeList
    from django.template.context import Context

_BUTTONS: Final = 3
"""How many actions on picked rows stand beside each other."""
register = template.Library()
register.filter(actor_in_words)
register.filter(bounded)
register.filter(cells)
register.filter(columns)
register.filter(told)
register.filter(told_exactly)
register.filter(told_within)


@register.inclusion_tag("console/base/trail.html", takes_context=True)
def trail(context: Context, here: str = "", page: str = "") -> dict[str, Any]:
    """Return the headings above the present page, outermost first.

    The page is found in the navigation by its model (``opts``) or by its URL name.  ``page``
    names that page instead, as the navigation does, and ``here`` the present page below it.
    """
    sections: list[dict[str, Any]] = context.get("available_apps") or []
    wanted = {page.rpartition(".")[2]} if page else _wanted(context)
    if page:
        here = here or str(context.get("title") or "")
    for section in sections:
        for entry in section["models"]:
            if entry["object_name"].lower() in wanted:
                here = here or _below(context)
                path = [name for name in section["path"] if name and name != entry["name"]]
                return {"path": path, "page": entry, "here": here}
    return {"path": (), "page": None, "here": here or context.get("title", "")}


@register.simple_tag(takes_context=True)
def may(context: Context, right: str, page: str) -> bool:
    """Return whether the person may do ``right`` on ``page``, as the access table calls them."""
    user = context["request"].user
    return isinstance(user, User) and Access[right] in access_of(user, page)


@register.filter
def applied_filters(changes: ChangeList) -> Iterator[dict[str, Any]]:
    """Yield the filters that leave something out: title, value, and the list without it."""
    for spec in changes.filter_specs:
        everything, *others = spec.choices(changes)
        for choice in others:
            if choice["selected"]:
                without = everything["query_string"]
                yield {"title": spec.title, "value": choice["display"], "without": without}


@register.filter
def offered_actions(action_form: Any) -> dict[str, list[tuple[str, str]]]:
    """Return what can be done with picked rows: the commonest as buttons, more in a menu."""
    found = [choice for choice in action_form.fields["action"].choices if choice[0]]
    return {"first": found[:_BUTTONS], "more": found[_BUTTONS:]}


@register.filter
def shown_page(changes: ChangeList) -> dict[str, Any]:
    """Return the numbers of the first and the last row shown, and the pages before and after."""
    number, size = changes.page_num, changes.list_per_page
    if changes.show_all or not changes.multi_page:
        return {"first": 1, "last": changes.result_count, "before": "", "after": ""}
    last = min(number * size, changes.result_count)
    pages = {"before": number - 1, "after": number + 1 if last < changes.result_count else 0}
    return {
        "first": (number - 1) * size + 1,
        "last": last,
        **{
            name: changes.get_query_string({PAGE_VAR: page}) if page else ""
            for name, page in pages.items()
        },
    }


def _wanted(context: Context) -> set[str]:
    wanted = set()
    if context.get("opts"):
        wanted.add(context["opts"].model_name)
    match = getattr(context.get("request"), "resolver_match", None)
    if match is not None:
        wanted.add("dashboard" if match.url_name == "index" else match.url_name)
    return wanted


def _below(context: Context) -> str:
    """Return what a form or a confirmation is about, below the list of its model."""
    if context.get("original"):
        return str(context["original"])
    below_a_list = context.get("opts") is not None and context.get("cl") is None
    return str(context.get("title") or "") if below_a_list else ""
