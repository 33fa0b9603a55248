"""Pages that are no list or form of a model: applications register them here.

The console's site mounts them under ``console:<name>``, opens the tenant scope around them, and
judges access by :data:`console.base.access.ACCESS`; the operators' site mounts those that name it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase
    from django_stubs_ext import StrOrPromise

    from console.base.questions import Questions


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePage:
    """One route of the console, or of the operators' site.

    Args:
        name: Its URL name, reversed as ``console:<name>``.
        route: Where it stands below ``/console/``, as for :func:`django.urls.path`.
        view: Called with the request and the route's values, inside the tenant's scope.
        label: What the navigation calls it; empty for a page that is reached from another one.
        access: Its key in the access table; its name when empty.  GET and HEAD need *view*,
            every other method needs *change*.
        questions: The parameters that its address may have, each with what it may say.
        found_as: What the search calls a page that the navigation does not name, or does not name
            as somebody would ask for it who has never seen it.
        site: The name of the site that it is a page of.
    """

    name: str
    route: str
    view: Callable[..., HttpResponseBase]
    label: StrOrPromise = ""
    access: str = ""
    questions: Questions = field(default_factory=dict)
    found_as: StrOrPromise = ""
    site: str = "console"

    @property
    def access_key(self) -> str:
        """The key of this page in the access table."""
        return self.access or self.name


_pages: dict[tuple[str, str], ConsolePage] = {}


def register_page(page: ConsolePage) -> None:
    """Add ``page`` to its site; call this while an application's ``admin`` is imported.

    Raises:
        ValueError: Another page of the site has this name.
    """
    if (page.site, page.name) in _pages:
        raise ValueError(f"There already is a page of the {page.site} called {page.name!r}.")
    _pages[page.site, page.name] = page


def registered_pages(site: str = "console") -> list[ConsolePage]:
    """Return every page of a site, in the order of registration."""
    return [page for (of_site, _name), page in _pages.items() if of_site == site]
