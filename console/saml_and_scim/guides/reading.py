"""The set-up guides: one TOML file each, read once.

Sentences are ours, and translated when they are shown; what stands between asterisks, and the name
of a field, are the vendor's own words, as on its pages, and stay as they are.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IN_CONSOLE: Final = "here"
BY_LINK: Final = "here_by_link"
"""The files with the steps here, which are the same with every identity provider: for the page of
the console, and for that behind a set-up link."""
PLACEHOLDERS: Final = frozenset(
    {"acs_url", "entity_id", "metadata_url", "logout_url", "scim_base_url"}
)
"""What a value of a guide may name; each is the tenant's own, and none of them is secret."""


class UnreadableGuideError(ValueError):
    """A guide says what no page can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What goes into one field at the vendor: something to ``copy``, or to ``choose`` there."""

    field: str
    copy: str = ""
    choose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step.

    Attributes:
        proof: The key of what shows that the step was taken, see ``proofs``.
        checks: Those checks of a test sign-in that are about this step.
    """

    what: str
    how: str
    proof: str
    checks: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Half of a guide: SAML or SCIM.

    Attributes:
        steps: In order; none where the vendor cannot do it.
        differs: What the vendor is known to do otherwise than others.
        instead: What helps where the vendor cannot do it.
    """

    steps: tuple[Step, ...] = ()
    differs: tuple[str, ...] = ()
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The document that a guide is from, and the day on which it was looked at."""

    title: str
    url: str
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """How one identity provider is connected.

    Attributes:
        known_by: What its entity ID or its sign-in URL contains, by which it is recognized.
    """

    key: str
    name: str
    saml: Part
    scim: Part
    sources: tuple[Reference, ...]
    known_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The steps here that stand before or after those of a vendor."""

    before: tuple[Step, ...] = field(default=())
    after: tuple[Step, ...] = field(default=())


@cache
def guides() -> tuple[Guide, ...]:
    """Return every guide, by name."""
    keys = (
        file.name.removesuffix(".toml")
        for file in resources.files(__package__).iterdir()
        if file.name.endswith(".toml")
    )
    found = [_guide(key, _told(key)) for key in keys if key not in {IN_CONSOLE, BY_LINK}]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


def guide_of(key: str) -> Guide | None:
    """Return the guide of a vendor, if there is one."""
    return next((each for each in guides() if each.key == key), None)


def guide_known_by(addresses: Iterable[str | None]) -> Guide | None:
    """Return the guide of the vendor that one of these addresses is of, if any tells."""
    texts = [address.casefold() for address in addresses if address]
    return next(
        (
            each
            for each in guides()
            if any(sign in text for sign in each.known_by for text in texts)
        ),
        None,
    )


@cache
def ours(page: str) -> Mapping[str, Ours]:
    """Return the steps on a page of ours, of ``saml`` and of ``scim``."""
    return {
        kind: Ours(before=_steps(told.get("before", ())), after=_steps(told.get("after", ())))
        for kind, told in _told(page).items()
    }


def _told(key: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(f"{key}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _guide(key: str, told: dict[str, Any]) -> Guide:
    """Return the guide of a file; one that says what nobody reads does not load."""
    return Guide(
        key=key,
        **{
            **told,
            "saml": _part(told["saml"]),
            "scim": _part(told["scim"]),
            "sources": tuple(Reference(**each) for each in told["sources"]),
            "known_by": tuple(told.get("known_by", ())),
        },
    )


def _part(told: Mapping[str, Any]) -> Part:
    differs = tuple(told.get("differs", ()))
    return Part(**{**told, "steps": _steps(told.get("steps", ())), "differs": differs})


def _steps(told: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    return tuple(
        Step(
            **{
                **each,
                "checks": tuple(each.get("checks", ())),
                "values": tuple(value_from(value) for value in each.get("values", ())),
            }
        )
        for each in told
    )


def value_from(told: Mapping[str, str]) -> Value:
    """Return the value that a guide tells of.

    Raises:
        UnreadableGuideError: Nobody fills it in, or it is neither to be copied nor to be chosen.
    """
    value = Value(**told)
    named = {name for _text, name, _spec, _as in Formatter().parse(value.copy) if name is not None}
    if unknown := named - PLACEHOLDERS:
        raise UnreadableGuideError(f"Nobody fills in {sorted(unknown)} of {value.field!r}.")
    if bool(value.copy) == bool(value.choose):
        raise UnreadableGuideError(f"{value.field!r} is to be copied, or to be chosen.")
    return value
