"""*Provision one person*: now, in five steps that are shown with what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from accounts.secrets.encryption import SealError
from accounts.storable import is_storable
from accounts.storage.finding import find_people
from console.applications.frame import ApplicationFrame
from console.applications.parts import is_set_up
from console.applications.words import UNREADABLE, changes_between, in_milliseconds
from console.base.access import Access
from provisioning.engine.errors import TooManyAtOnceError
from provisioning.engine.one_person import Part, Shown, provision_person
from provisioning.models import Operation

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from provisioning.models import Application

TITLES: Final = {
    Part.TEST: gettext_lazy("Test the connection"),
    Part.IMPORT: gettext_lazy("Read the person"),
    Part.SCOPE: gettext_lazy("Check the scope"),
    Part.MATCH: gettext_lazy("Find a match there"),
    Part.ACT: gettext_lazy("Act"),
}


class OnePersonPage(ApplicationFrame):
    """Brings one person in step, and shows how."""

    @staticmethod
    def names_somebody(value: str) -> bool:
        """Accept what may be a user name or an address."""
        return is_storable(value)

    def one_person_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Ask for whom; show the person; do it when the button is pressed."""
        self.require(request, Access.TRY)
        called = (request.POST if request.method == "POST" else request.GET).get("person", "")
        person, problem = _person(called.strip())
        context: dict[str, Any] = {
            "title": _("Provision one person"),
            "called": called.strip(),
            "person": person,
            "problem": problem,
            "is_first": not is_set_up(application),
        }
        if person is not None:
            if request.method == "POST":
                context |= self._provision(request, application, person)
            page = _shown(application, person)
            context["version"] = seal(page, _about(application, person))
        return self.render_page(request, application, "one_person.html", context)

    def _provision(
        self, request: HttpRequest, application: Application, person: User
    ) -> dict[str, Any]:
        if not is_as_seen(_about(application, person), request.POST, _shown(application, person)):
            messages.error(request, str(SEEN_OTHERWISE))
            return {}
        try:
            steps = provision_person(application=application, user=person)
        except SealError:
            messages.error(request, str(UNREADABLE))
            return {}
        except TooManyAtOnceError as error:
            messages.error(request, str(error))
            return {}
        checks = [_check(step) for step in steps]
        failed = next((each for each in checks if each["ok"] is False), None)
        return {"checks": checks, "failed": failed, "is_done": failed is None}


def _person(called: str) -> tuple[User | None, str]:
    if not called:
        return None, ""
    found = find_people([called])[called]
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, _("Several people have this address. Write the user name.")
    return None, _("Nobody here is called so. Check the spelling.")


def _check(step: Shown) -> dict[str, Any]:
    return {
        "title": TITLES[step.step],
        "says": step.says,
        "ok": step.ok,
        "took": in_milliseconds(step.seconds),
        "changes": list(changes_between(step.before, step.after)),
        "exchanges": step.exchanges,
    }


def _shown(application: Application, person: User) -> Page:
    """Return the person's latest operation there, so that a button pressed twice acts once."""
    latest = Operation.objects.filter(application=application, object_id=str(person.pk))
    newest = latest.values_list("pk", flat=True).first()
    return Page({}, facts={"latest": str(newest), "version": str(person.version)})


def _about(application: Application, person: User) -> str:
    return f"provision:{application.pk}:{person.pk}"
