"""The way of a new tenant to its first sign-in, in steps that tick themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.account_page import Section
from accounts.models import User
from accounts.signals import account_page_shown
from accounts.signing_in.recovery import count_recovery_codes
from console.base.access import Access, access_of
from licenses.models import Seat
from saml_sso.trust import load_trust
from scim.models import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``state`` is ``done``, ``next`` or ``later``, and ``note`` what it waits for."""

    what: str
    meaning: str
    page: str
    button: str
    state: str = "later"
    note: str = ""


def steps_for(user: User) -> list[Step]:
    """Return the steps until people of the user's tenant, whose scope is active, sign in with SAML.

    There are none when they do, when the plan has no SAML, and for who may not set it up.
    """
    tenant = user.tenant
    if tenant is None or not tenant.includes_saml_and_scim or tenant.saml_enabled:
        return []
    return _steps(tenant, user) if Access.CHANGE in access_of(user, "saml-and-scim") else []


def progress_of(steps: Sequence[Step]) -> dict[str, int]:
    """Return how many of the steps are ``done``, of how many."""
    return {"done": sum(step.state == "done" for step in steps), "all": len(steps)}


@receiver(account_page_shown)
def show_next_step(sender: Any, user: User, **kwargs: Any) -> Section | None:
    """Tell on the account page of ``user`` what the dashboard tells, too: the step that is next."""
    following = [step for step in steps_for(user) if step.state == "next"]
    if not following:
        return None
    return Section("components/next_step.html", {"step": following[0]}, leads=True)


def _steps(tenant: Tenant, user: User) -> list[Step]:
    trust = load_trust(tenant)
    settings = reverse("console:saml-and-scim")
    people = User.objects.filter(tenant=tenant).exclude(pk=user.pk)
    done = (
        count_recovery_codes(user=user) > 0,
        trust.is_configured,
        trust.settings.is_tested,
        tenant.saml_enabled,
        tenant.scim_enabled and Source.objects.exists(),
        people.exists(),
        Seat.objects.filter(released=None).exists(),
    )
    steps = (
        Step(
            what=_("Keep your recovery codes"),
            meaning=_("With one of them you get in when the identity provider fails."),
            page=reverse("recovery-codes"),
            button=_("Make recovery codes"),
        ),
        Step(
            what=_("Connect your identity provider"),
            meaning=_("Give it one address, and upload what it gives you."),
            page=settings,
            button=_("Go to SAML & SCIM"),
        ),
        Step(
            what=_("Test the sign-in"),
            meaning=_("You stay signed in. The test shows each check in words."),
            page=f"{settings}#test",
            button=_("Go to the test"),
        ),
        Step(
            what=_("Switch SAML sign-on on"),
            meaning=_("People then sign in with the account that they have."),
            page=f"{settings}#switches",
            button=_("Go to SAML & SCIM"),
        ),
        Step(
            what=_("Let accounts arrive by themselves"),
            meaning=_("Your identity provider creates, changes and deactivates people over SCIM."),
            page=f"{settings}#scim",
            button=_("Go to SAML & SCIM"),
        ),
        Step(
            what=_("See the first person arrive"),
            meaning=_("Send one person first. This step ticks itself when they are here."),
            page=reverse("console:accounts_user_changelist"),
            button=_("Open the user list"),
        ),
        Step(
            what=_("Hand out licences"),
            meaning=_("People arrive without one. Give them by hand, by a file, or by group."),
            page=reverse("console:accounts_user_changelist"),
            button=_("Open the user list"),
        ),
    )
    return list(_with_states(steps, done))


def _with_states(steps: Sequence[Step], done: Sequence[bool]) -> list[Step]:
    first = done.index(False) if False in done else len(done)
    told = []
    for number, (step, is_done) in enumerate(zip(steps, done, strict=True)):
        state = "done" if is_done else "next" if number == first else "later"
        note = "" if state != "later" else _("After step %(n)s") % {"n": number}
        told.append(replace(step, state=state, note=note))
    return told
