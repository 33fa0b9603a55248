"""The parts of setting an application up: steps before its first plan, tabs afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrOrPromise

    from provisioning.models import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One page of the set-up.

    Attributes:
        name: The end of the name of its route, ``provisioning_application_<name>``.
        title: What its heading says.
        tab: What it is called beside the others.
        step: The step that it belongs to; several parts may be one step.
        is_optional: Whether an application can do without it, so that it may be skipped.
    """

    name: str
    title: StrOrPromise
    tab: StrOrPromise
    step: str
    is_optional: bool = False


STEPS: Final = {
    "settings": _("Basic settings"),
    "connection": _("Connection"),
    "mapping": _("Attribute mapping"),
    "scope": _("Who and what"),
    "roles": _("Roles and permissions"),
    "leaving": _("Who leaves"),
    "plan": _("Plan"),
}
"""Steps by name, as the strip of steps calls them."""

PARTS: Final = (
    Part(name="settings", title=_("Basic settings"), tab=_("Basic settings"), step="settings"),
    Part(name="connection", title=_("Connection"), tab=_("Connection"), step="connection"),
    Part(name="user_mapping", title=_("Mapping of users"), tab=_("Users"), step="mapping"),
    Part(
        name="group_mapping",
        title=_("Mapping of groups"),
        tab=_("Groups"),
        step="mapping",
        is_optional=True,
    ),
    Part(name="scope", title=_("Who is pushed"), tab=_("Who"), step="scope"),
    Part(name="switches", title=_("What is pushed"), tab=_("What"), step="scope"),
    Part(
        name="roles",
        title=_("Roles and permissions"),
        tab=_("Roles and permissions"),
        step="roles",
        is_optional=True,
    ),
    Part(
        name="leaving",
        title=_("Who leaves, limits, changes made there"),
        tab=_("Who leaves"),
        step="leaving",
    ),
    Part(name="plan", title=_("Plan"), tab=_("Plans and runs"), step="plan"),
)
BY_NAME: Final = {part.name: part for part in PARTS}


def after(name: str) -> str:
    """Return the part that *Save & Next* leads to."""
    names = [part.name for part in PARTS]
    return names[min(names.index(name) + 1, len(names) - 1)]


def before(name: str) -> str:
    """Return the part that *Back* leads to; empty at the first one."""
    names = [part.name for part in PARTS]
    place = names.index(name)
    return names[place - 1] if place else ""


def is_set_up(application: Application) -> bool:
    """Whether the steps are over: an admin has sent a plan."""
    return application.first_plan_sent_at is not None


def _tab_of(step: str) -> StrOrPromise:
    """Return what a step is called beside the others once the set-up is over."""
    return next(each.tab for each in PARTS if each.step == step) if step == "plan" else STEPS[step]


def tabs_at(here: str, address: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the steps as tabs."""
    return [
        {
            "title": _tab_of(step),
            "url": address(next(each.name for each in PARTS if each.step == step)),
            "is_current": any(each.name == here and each.step == step for each in PARTS),
        }
        for step in STEPS
    ]


def places(name: str, address: Callable[[str], str]) -> dict[str, Any]:
    """Return where a page stands among the others: steps with their state, and its neighbours."""
    part = BY_NAME[name]
    steps = list(STEPS)
    here = steps.index(part.step)
    first = {each.step: each.name for each in reversed(PARTS)}
    return {
        "part": part,
        "setup_steps": [
            {
                "title": title,
                "number": number + 1,
                "is_done": number < here,
                "is_current": number == here,
                "url": address(first[step]) if number < here else "",
            }
            for number, (step, title) in enumerate(STEPS.items())
        ],
        "siblings": [
            {"tab": each.tab, "url": address(each.name), "is_current": each is part}
            for each in PARTS
            if each.step == part.step
        ],
        "back_url": address(before(name)) if before(name) else "",
        "skip_url": address(after(name)) if part.is_optional else "",
    }
