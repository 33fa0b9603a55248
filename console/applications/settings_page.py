"""Pages with one form of settings: shown, compared with what is stored, saved, and on to the next.

A form carries what it showed; see :mod:`accounts.posted_forms.submissions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.posted_forms.shown import page_of, seal
from accounts.posted_forms.submissions import StaleFormError, Submission, answered
from console.applications.frame import ApplicationFrame
from console.applications.parts import BY_NAME, after, is_set_up
from console.base.access import Access
from provisioning.models import Application

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

    from accounts.posted_forms.shown import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """A form of settings of one application.

    Attributes:
        name: The :class:`~console.applications.parts.Part` that it is.
        form: Makes the form from what is stored, and from what was sent if something was.
        store: Writes a valid form; called while the application is held.
        context: What else the template shows.
        title: What the page is called, if it is no part of the set-up.
        template: Below ``console/applications/``.
    """

    name: str
    form: Callable[[Application, Any], BaseForm]
    store: Callable[[Application, Any], object]
    context: Callable[[Application], dict[str, Any]] = field(default=lambda _application: {})
    title: StrOrPromise = ""
    template: str = "settings.html"

    def shown(self, application: Application) -> Page:
        """Return what the form shows of what is stored now."""
        return page_of(self.form(application, None))

    def about(self, application: Application) -> str:
        """Return what the form is about, for the record of what it showed."""
        return f"{self.name}:{application.pk}"


class SettingsPages(ApplicationFrame):
    """Shows and stores the forms of settings."""

    def settings_view(
        self, request: HttpRequest, application: Application, page: SettingsPage
    ) -> HttpResponse:
        """Show ``page``; store what was sent, if nobody has changed what it shows."""
        return answered(request, lambda: self._settings(request, application, page))

    def _settings(
        self, request: HttpRequest, application: Application, page: SettingsPage
    ) -> HttpResponse:
        context: dict[str, Any] = {}
        if request.method == "POST":
            self.require(request, Access.CHANGE)
            submission = Submission(page.about(application), request.POST, page.shown(application))
            form = page.form(application, submission.data)
            context["version"] = submission.version
            if submission.is_stale:
                self.note_stale(request, submission, str(application.pk))
                messages.error(request, str(submission.refusal))
                since = self.entries_since(request, application, submission)
                context["differences"] = submission.differences(since)
            elif form.is_valid() and self._stored(request, application, page, form, submission):
                return self.after_saving(request, application, page.name)
        else:
            form = page.form(application, None)
            context["version"] = seal(page.shown(application), page.about(application))
        if not self.has_full_permission(request):
            for each in form.fields.values():
                each.disabled = True
        title = page.title or BY_NAME[page.name].title
        context |= {"title": title, "form": form, **page.context(application)}
        return self.render_page(request, application, page.template, context, here=page.name)

    def _stored(
        self,
        request: HttpRequest,
        application: Application,
        page: SettingsPage,
        form: BaseForm,
        submission: Submission,
    ) -> bool:
        """Store a valid form, or put on it why that was refused."""
        try:
            with transaction.atomic():
                held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
                submission.require(page.shown(held))
                page.store(held, form)
        except StaleFormError:
            raise
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(application.pk))
            form.add_error(None, str(refusal))
            return False
        return True

    def after_saving(
        self, request: HttpRequest, application: Application, name: str
    ) -> HttpResponse:
        """Lead on: to the next step, or out of the set-up, or back to the page."""
        self.message_user(request, _("Saved."), messages.SUCCESS)
        if name not in BY_NAME:
            return redirect(self.url_of(name, application.pk))
        if "later" in request.POST:
            return redirect(self.url_of("change", application.pk))
        if is_set_up(application):
            return redirect(self.url_of(name, application.pk))
        return redirect(self.url_of(after(name), application.pk))
