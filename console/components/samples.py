"""What the page of components shows: every kind of state, the longest and the oddest names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from django import forms
from django.utils import timezone

from console.base.many_progress import Progress
from console.base.picker import Named, Picker
from console.dashboard.attention import Need
from console.dashboard.checklist import Step

KINDS: Final = (
    ("good", "In step"),
    ("off", "Paused"),
    ("busy", "Running, 61 %"),
    ("warn", "Ends in 9 days"),
    ("bad", "Refused"),
)
LOCAL: Final = (
    "maria-fernanda.gutierrez-villalobos-de-la-santisima-trinidad.coordinadora-de-operaciones"
)
LONG: Final = "@subsidiaries.meridian-freight.example"
"""With :data:`LOCAL` an address of 126 letters."""
ARABIC: Final = "ليلى بنت عبد الرحمن الفارسي"


class SampleForm(forms.Form):
    """A field of each sort; bound, the second is wrong."""

    display_name = forms.CharField(
        label="Display name", initial="Warehouse planner", help_text="People see it."
    )
    email = forms.EmailField(label="E-mail address", help_text="Mail goes there.")
    role = forms.ChoiceField(label="Role", choices=[("member", "Member"), ("admin", "Admin")])
    notes = forms.CharField(label="Notes", widget=forms.Textarea, required=False)
    members = forms.CharField(
        label="Members",
        widget=Picker(Named.MEMBERS),
        required=False,
    )
    enabled = forms.BooleanField(
        label="Enable SCIM provisioning",
        help_text="Possible as soon as SAML sign-on is on.",
        required=False,
    )
    profiles = forms.MultipleChoiceField(
        label="Access profiles",
        choices=[("everybody", "Everybody"), ("night", "Night shift")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def samples(theme: str) -> dict[str, Any]:
    """Return what one half of the page shows; ``theme`` keeps its ids apart from the other's."""
    wrong = {"display_name": "Warehouse planner", "email": "no address", "role": "member"}
    wrong["members"] = f"adaeze@acme.example\n{LOCAL}{LONG}"
    return {
        "theme": theme,
        "kinds": KINDS,
        "facts": [
            {"term": "SAML sign-on", "value": "On, enforced", "kind": "good", "note": "Last 09:40"},
            {"term": "Accounts", "value": "1 of 3 silent", "kind": "warn", "note": "Last 09:41"},
            {"term": "People", "value": "2,951 active", "kind": "", "note": "263 inactive"},
        ],
        "tiles": [
            {"kind": kind, "label": text, "figure": 209, "note": "of 263"} for kind, text in KINDS
        ],
        "form": SampleForm(wrong, auto_id=f"{theme}_%s"),
        "people": [
            _person("Adaeze Okonkwo", "adaeze", "@acme.example", 3),
            _person(ARABIC, "layla.alfarsi", "@acme.example", 0),
            _person("María Fernanda " * 6, LOCAL, LONG, 1204),
        ],
        "needs": _needs(),
        "steps": _steps(),
        "set_up_steps": (("basic", "Name"), ("token", "Authorization"), ("map", "Mapping")),
        "seats": [_seats("Insight", 25, 25), _seats("Archive", 91, 100), _seats("Studio", 1, 9)],
        "history": [_entry("Priya Raghunathan changed 2 fields"), _entry(ARABIC, changed=False)],
        "trace": _trace(),
        "progress": Progress(
            state="going",
            done=126,
            total=209,
            counted=[
                ("done", "Done", 124),
                ("passed over", "Passed over", 0),
                ("refused", "Refused", 2),
            ],
            left="about 6 seconds left",
            note="",
        ),
        "differences": [
            SimpleNamespace(label="Role", saw="Member", now="Admin", entered="Editor", who=""),
        ],
    }


def _person(name: str, local: str, domain: str, requests: int) -> dict[str, Any]:
    facts = [
        {"left_out": "gh-wide", "label": "Requests", "value": requests},
        {"left_out": "gh-wide gh-wider", "label": "Last sign-in", "value": "25 Nov 2026, 09:41"},
    ]
    return {"name": name, "local": local, "domain": domain, "n": requests, "facts": facts}


def _needs() -> list[Need]:
    return [
        Need(
            kind="bad",
            what="The last request of HR feed failed",
            meaning="It sent a name that two people have.",
            page="#needs",
            button="Open its page",
        ),
        Need(kind="warn", what="No seat of Insight is free", meaning="All 25 seats are used."),
    ]


def _steps() -> list[Step]:
    def step(what: str, state: str, note: str = "") -> Step:
        meaning = "You stay signed in. The test shows each check in words."
        return Step(what=what, meaning=meaning, page="#steps", button=what, state=state, note=note)

    return [
        step("Keep your recovery codes", "done"),
        step("Connect your identity provider", "next"),
        step("Test the sign-in", "later", "After step 2"),
    ]


def _seats(product: str, used: int, seats: int) -> dict[str, Any]:
    percent = used * 100 // seats
    kind = "bad" if used == seats else "warn" if percent > 90 else ""  # noqa: PLR2004 - samples
    return {
        "product": product,
        "used": used,
        "seats": seats,
        "free": seats - used,
        "percent": percent,
        "kind": kind,
    }


def _entry(sentence: str, *, changed: bool = True) -> SimpleNamespace:
    changes = [
        SimpleNamespace(label="Phone", before="nothing", after="+49 40 555 0142"),
        SimpleNamespace(label="Address", before="a@acme.example", after=f"{LOCAL}{LONG}"),
    ]
    return SimpleNamespace(
        sentence=sentence,
        entry=SimpleNamespace(at=timezone.now()),
        changes=changes if changed else [],
        facts=[] if changed else [("Way in", "Password")],
    )


def _trace() -> list[dict[str, Any]]:
    passed = {"name": "Audience", "expected": "us", "got": "us", "passed": True, "remedy": ""}
    warned = {**passed, "name": "Clock", "remedy": "Set the clock."}
    return [passed, warned, {**passed, "name": "Signature", "passed": False, "remedy": "Add it."}]
