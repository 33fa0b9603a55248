"""Addresses of pages that people and commands are told about.

Absolute ones start with the configured ``BASE_URL``: a request's Host header has no say.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.urls import reverse


class PageAbove:
    """A page that a layer above serves, for whoever below has to tell people its address.

    The layer below declares it.  Who puts the routes together says where it is, once, while
    Django starts (:meth:`is_at`).

    Args:
        purpose: What is on the page, for whoever forgot to say where it is.
    """

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self._route = ""
        PAGES_ABOVE.append(self)

    def is_at(self, route: str) -> None:
        """Say that the route of this name leads to the page."""
        self._route = route

    def path(self, *args: object) -> str:
        """Return the path of the page; ``args`` are those of its route.

        Raises:
            LookupError: Nobody has said where the page is.
        """
        if not self._route:
            raise LookupError(f"No layer above has said where there is: {self.purpose}.")
        return reverse(self._route, args=args)

    def url(self, *args: object) -> str:
        """Return the absolute URL of the page; see :meth:`path`."""
        return f"{settings.BASE_URL}{self.path(*args)}"


PAGES_ABOVE: Final[list[PageAbove]] = []
"""All that are declared, as far as their modules are loaded."""

CONSOLE: Final = PageAbove("the start page of the console")
PLATFORM: Final = PageAbove("the start page of the operators' site")
SIGN_ON: Final = PageAbove("a tenant's SAML sign-on page, by the tenant's slug")


def link_url(secret: str) -> str:
    """Return the absolute URL of a one-time link."""
    return f"{settings.BASE_URL}{reverse('link', args=[secret])}"


def account_url() -> str:
    """Return the absolute URL of the page that everybody has of their own account."""
    return f"{settings.BASE_URL}{reverse('account')}"


def new_password_url(uid: str, token: str) -> str:
    """Return the absolute URL of the page on which somebody who forgot it chooses a password."""
    path = reverse("password-reset-confirm", kwargs={"uidb64": uid, "token": token})
    return f"{settings.BASE_URL}{path}"
