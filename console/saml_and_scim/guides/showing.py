"""A guide as a page shows it: sentences translated, and the tenant's values filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from console.saml_and_scim.guides.proofs import ON_SET_UP_PAGE, PROOFS, held_by
from console.saml_and_scim.guides.reading import (
    BY_LINK,
    IN_CONSOLE,
    guide_known_by,
    guide_of,
    guides,
    ours,
)
from console.saml_and_scim.traces import name_of
from saml_sso.addresses import logout_url, metadata_url, sign_on_page_url
from scim.addresses import base_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from accounts.models import Tenant
    from console.saml_and_scim.guides.proofs import Held
    from console.saml_and_scim.guides.reading import Part, Reference, Step
    from console.saml_and_scim.progress import Progress
    from saml_sso.trust import Trust

QUESTION: Final = "guide"
"""The parameter that names a vendor in the address of a page."""
_EMPHASIS: Final = re.compile(r"\*([^*]+)\*")


class Place(NamedTuple):
    """A page that shows guides: its own steps, by their file, and where each proof is."""

    steps: str
    links: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownValue:
    """One field at the vendor; ``id`` is that of the value to copy, empty if it is chosen there."""

    id: str
    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One step; ``link`` leads to its proof, ``checks`` are named as a test names them."""

    what: str
    how: SafeString
    values: tuple[ShownValue, ...]
    proof: str
    link: str
    checks: tuple[str, ...]
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """Half of a guide."""

    steps: tuple[ShownStep, ...]
    differs: tuple[SafeString, ...]
    instead: SafeString | str

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.is_done for step in self.steps)


def is_guide(value: str) -> bool:
    """Accept the key of a guide."""
    return guide_of(value) is not None


def with_guide(request: HttpRequest, path: str) -> str:
    """Return ``path`` with the guide that the address of ``request`` names."""
    key = request.GET.get(QUESTION, "")
    return f"{path}?{QUESTION}={key}" if is_guide(key) else path


def in_console() -> Place:
    """Return the page of the console."""
    links = {
        "saved": "#step-2",
        "tested": "#test",
        "switched_on": "#switches",
        "token": "#scim",
        "called": reverse("console:scim_requestlogentry_changelist"),
        "arrived": reverse("console:accounts_user_changelist"),
    }
    return Place(IN_CONSOLE, links)


def behind_link() -> Place:
    """Return the page behind a set-up link."""
    return Place(BY_LINK, ON_SET_UP_PAGE)


def guide_context(
    request: HttpRequest,
    tenant: Tenant,
    trust: Trust,
    progress: Progress,
    place: Place,
) -> Mapping[str, Any]:
    """Return what a page shows of the guide that was asked for, or that fits what is trusted.

    Args:
        request: Its address may name a vendor.
        tenant: Whose values are filled in.
        trust: By it the vendor is recognized.
        progress: The last test sign-in of who looks.
        place: The page.
    """
    asked = guide_of(request.GET.get(QUESTION, ""))
    guide = asked or guide_known_by([trust.idp.entity_id, trust.idp.sso_url])
    held = held_by(tenant, trust, progress)
    context: dict[str, Any] = {
        "guides": guides(),
        "guide": guide,
        "asked_guide": asked.key if asked else "",
        "opens_guide_saml": bool(asked) or not tenant.saml_enabled,
        "opens_guide_scim": bool(asked) or "arrived" not in held.proofs,
    }
    if guide is None:
        return context
    shown = _Showing(_values_of(tenant), held, place)
    return {
        **context,
        "guide_saml": shown.part("saml", guide.saml),
        "guide_scim": shown.part("scim", guide.scim),
        "guide_sources": [_source(each) for each in guide.sources],
    }


def _values_of(tenant: Tenant) -> Mapping[str, str]:
    return {
        "acs_url": sign_on_page_url(tenant),
        "entity_id": sign_on_page_url(tenant),
        "metadata_url": metadata_url(tenant),
        "logout_url": logout_url(tenant),
        "scim_base_url": base_url(),
    }


def _source(source: Reference) -> Mapping[str, Any]:
    return {
        "title": source.title,
        "url": source.url,
        "host": urlsplit(source.url).hostname,
        "checked": date.fromisoformat(source.checked),
    }


def emphasized(text: str) -> SafeString:
    """Return a sentence in which the vendor's words stand out.

    >>> emphasized("Press *Save & Next*.")
    'Press <em>Save &amp; Next</em>.'
    """
    pieces = _EMPHASIS.split(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<em>{}</em>", piece) if number % 2 else piece,)
            for number, piece in enumerate(pieces)
        ),
    )


class _Showing:
    """Fills a tenant's values into guides."""

    def __init__(self, values: Mapping[str, str], held: Held, place: Place) -> None:
        self._values, self._held, self._place = values, held, place

    def part(self, kind: str, part: Part) -> ShownPart:
        here = ours(self._place.steps)[kind]
        steps = (*here.before, *part.steps, *here.after) if part.steps else ()
        return ShownPart(
            steps=tuple(
                self._step(f"guide-{kind}-{number}", step)
                for number, step in enumerate(steps, start=1)
            ),
            differs=tuple(emphasized(gettext(each)) for each in part.differs),
            instead=emphasized(gettext(part.instead)) if part.instead else "",
        )

    def _step(self, prefix: str, step: Step) -> ShownStep:
        return ShownStep(
            what=gettext(step.what),
            how=emphasized(gettext(step.how)),
            values=tuple(self._shown_values(prefix, step)),
            proof=str(PROOFS[step.proof]),
            link=self._place.links.get(step.proof, ""),
            checks=tuple(name_of(check) for check in step.checks),
            is_done=self._held.shows(step.proof, step.checks),
        )

    def _shown_values(self, prefix: str, step: Step) -> Iterator[ShownValue]:
        for number, value in enumerate(step.values, start=1):
            if value.copy:
                text = value.copy.format_map(self._values)
                yield ShownValue(id=f"{prefix}-{number}", field=value.field, text=text)
            else:
                yield ShownValue(id="", field=value.field, text=value.choose)
