"""*Attribute mapping* of an application: one table a page, with what it gives for a real person."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.identifiers import read_number
from accounts.models import User
from accounts.posted_forms.shown import Page, TableOf, page_of, seal
from accounts.posted_forms.submissions import (
    SEEN_OTHERWISE,
    StaleFormError,
    Submission,
    answered,
    is_as_seen,
)
from console.applications.mapping_forms import add_row, mapping_formset
from console.applications.mapping_preview import previewed, sees_real
from console.applications.parts import BY_NAME
from console.applications.settings_page import SettingsPages
from console.base.access import Access
from provisioning.desired import people_in_scope
from provisioning.models import Application, MappingRevision
from provisioning.protocol.steps import Kind
from provisioning.services.mappings import (
    is_deciding,
    mapping_rows,
    refuse_deciding_rows,
    restore_mapping,
    set_application_mapping,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from console.applications.frame import View
    from console.applications.mapping_forms import MappingFormSet
    from provisioning.mapping.rows import Row

PERSON = "for"
"""The field that says for whom the page shows what the rows give."""
PAGES = {"user_mapping": Kind.USER, "group_mapping": Kind.GROUP}
_EMPTY_ROWS = 1
_SHOWN_REVISIONS = 50


class MappingPages(SettingsPages):
    """Shows, tries and stores what fills which attribute there; earlier versions come back."""

    def mapping_views(self) -> dict[str, View]:
        """Return the pages of both tables by the names of their routes."""
        return {
            **{name: partial(self._table_view, name) for name in PAGES},
            "mapping_history": self.mapping_history_view,
        }

    def _table_view(
        self, name: str, request: HttpRequest, application: Application
    ) -> HttpResponse:
        return answered(request, lambda: self._table(request, application, name))

    def _table(self, request: HttpRequest, application: Application, name: str) -> HttpResponse:
        kind = PAGES[name]
        stored = mapping_rows(application=application, resource=kind)
        locked = self._locked(request, kind, stored)
        shown = _shown(kind, stored, locked)
        submission: Submission | None = None
        if request.method == "POST":
            self.require(request, Access.MAPPING)
            submission = Submission(_about(application, kind), request.POST, shown)
        data = submission.data if submission else None
        pressed = {"add-row", "preview"} & set(data or ())
        if data is not None and "add-row" in pressed:
            add_row(data, kind)
        table = mapping_formset(kind, stored, data, extra=_EMPTY_ROWS, locked=locked)
        differences = []
        if submission and submission.is_stale:
            since = self.entries_since(request, application, submission)
            differences = submission.differences(since)
        if submission and submission.is_stale and not pressed:
            self.note_stale(request, submission, str(application.pk))
            messages.error(request, str(submission.refusal))
        elif (
            submission
            and not pressed
            and table.is_valid()
            and self._stored_table(request, application, table, submission)
        ):
            return self.after_saving(request, application, name)
        part = BY_NAME[name]
        context = {
            "title": part.title,
            "table": table,
            "is_looking": bool(pressed),
            "version": submission.version if submission else seal(shown, _about(application, kind)),
            "differences": differences,
            "may_map": Access.MAPPING in self.access(request),
            "is_limited": bool(locked) and not self.has_full_permission(request),
            "preview": self._preview(request, table, stored, data),
            "person_field": PERSON,
            "sees_real": sees_real(kind, request.user),  # type: ignore[arg-type]
            "kind": kind.name.lower(),
            "people": people_in_scope(application=application),
            "history_url": self.url_of("mapping_history", application.pk),
        }
        return self.render_page(request, application, "mapping.html", context, here=name)

    def _locked(self, request: HttpRequest, kind: Kind, rows: list[Row]) -> frozenset[str]:
        """Return the attributes that the person may not decide over: those of an admin alone."""
        if self.has_full_permission(request):
            return frozenset()
        targets = (row.target for row in rows)
        return frozenset(each for each in targets if is_deciding(each, resource=kind))

    def _preview(
        self, request: HttpRequest, table: MappingFormSet, stored: list[Row], data: Any
    ) -> Any:
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        rows = stored
        if data is not None:
            rows = [row for form in table.forms if (row := form.typed_row()) is not None]
        called = str((data or {}).get(PERSON, ""))
        return previewed(table.kind, rows, called, request.user)

    def _stored_table(
        self,
        request: HttpRequest,
        application: Application,
        table: MappingFormSet,
        submission: Submission,
    ) -> bool:
        """Store the table, or say why that was refused."""
        everything = self.has_full_permission(request)
        try:
            with transaction.atomic():
                held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
                stored = mapping_rows(application=held, resource=table.kind)
                locked = self._locked(request, table.kind, stored)
                submission.require(_shown(table.kind, stored, locked))
                if not everything:
                    refuse_deciding_rows(stored, table.rows(), resource=table.kind)
                set_application_mapping(application=held, resource=table.kind, rows=table.rows())
        except StaleFormError:
            raise
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(application.pk))
            messages.error(request, str(refusal))
            return False
        return True

    def mapping_history_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show earlier versions of both tables; restore one."""
        if request.method == "POST":
            self.require(request, Access.CHANGE)
            self._restore(request, application)
            return redirect(self.url_of("mapping_history", application.pk))
        revisions = MappingRevision.objects.filter(application=application).order_by("-pk")
        context = {
            "title": _("Earlier versions of the mapping"),
            "revisions": revisions[:_SHOWN_REVISIONS],
            "version": seal(_revision_shown(application), _about_history(application)),
        }
        return self.render_page(
            request, application, "mapping_history.html", context, here="user_mapping"
        )

    def _restore(self, request: HttpRequest, application: Application) -> None:
        with transaction.atomic():
            held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
            about, now = _about_history(held), _revision_shown(held)
            if not is_as_seen(about, request.POST, now):
                self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                return
            revisions = MappingRevision.objects.filter(application=held)
            revision = revisions.filter(pk=read_number(request.POST.get("chosen", "")) or 0).first()
            if revision is None:
                raise Http404
            restore_mapping(application=held, revision=revision)
        self.message_user(request, _("The mapping is restored."), messages.SUCCESS)


def _shown(kind: Kind, rows: list[Row], locked: frozenset[str]) -> Page:
    table = TableOf(mapping_formset(kind, rows, locked=locked), "target", str(_("Mapping")))
    return page_of(forms.Form(), tables=[table])


def _about(application: Application, kind: Kind) -> str:
    return f"application-mapping:{kind.name}:{application.pk}"


def _revision_shown(application: Application) -> Page:
    return Page({}, facts={"revision": str(application.mapping_revision)})


def _about_history(application: Application) -> str:
    return f"application-mapping-history:{application.pk}"
