"""*Inbound sources*: the list, the steps of setting one up, and the pages to change it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.console.access import Access, access_of
from accounts.console.model_admin import ConsoleModelAdmin
from accounts.console.questions import asks, is_empty, is_filters
from accounts.console.shown import seal
from accounts.console.shown_once import show_once, take
from accounts.console.submissions import SEEN_OTHERWISE, Submission, answered, is_as_seen
from accounts.models import User
from accounts.services.expiry import warnings
from scim.addresses import base_url
from scim.admin.forms import (
    RegenerateForm,
    SourceNameForm,
    SourceOptionsForm,
    TokenForm,
    mapping_formset,
)
from scim.admin.versions import (
    about_mapping,
    about_tokens,
    add_row,
    mapping_shown,
    store_tables,
    stored_rows,
    tokens_shown,
)
from scim.errors import SourceError
from scim.field_labels import FIELD_LABELS
from scim.models import BearerToken, Resource, Source
from scim.services import (
    IssuedToken,
    SourceOptions,
    create_source,
    create_token,
    delete_source,
    regenerate_token,
    revoke_token,
    said_of_new_token,
    update_source,
)
from scim.services.mappings import (
    deciding_fields,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from accounts.console.submissions import Difference

SETTING_UP = "setup"
"""The query parameter that is there while a new source is set up step by step."""

STEPS = (
    ("basic", _("Basic settings")),
    ("authorization", _("Authorization")),
    ("mapping", _("Attribute mapping")),
    ("options", _("Source options")),
)
_EMPTY_ROWS = 1
_asking_for_steps = asks(**{SETTING_UP: is_empty})


@admin.register(Source)
class SourceAdmin(ConsoleModelAdmin[Source]):
    """Sources with their status; a form for the options, pages for tokens and mapping."""

    form: Any = SourceOptionsForm
    list_display = ["name", "status", "last_request_at", "last_success_at", "last_failure"]
    actions: Any = None
    empty_text = _(
        "No identity provider is connected yet. Add a source, or enable SCIM provisioning on the "
        "page SAML & SCIM, which makes the first one."
    )
    change_form_template = "admin/scim/source/change_form.html"
    partial_rights: ClassVar[Any] = {Access.PAUSE: ("enabled",)}

    @admin.display(description=_("Status"), ordering="enabled")
    def status(self, source: Source) -> SafeString:
        """Return a badge that says whether the source is let in."""
        text = _("Enabled") if source.enabled else _("Off")
        context = {"text": text, "kind": "good" if source.enabled else ""}
        return render_to_string("components/status_badge.html", context)

    @admin.display(description=_("Last error"), ordering="last_error_at")
    def last_failure(self, source: Source) -> str:
        """Return when and why a request of the source was last refused."""
        if source.last_error_at is None:
            return "-"
        moment = date_format(localtime(source.last_error_at), "SHORT_DATETIME_FORMAT")
        return f"{moment}: {source.last_error}"[:160]

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: Source | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        kwargs["form"] = SourceOptionsForm if obj else SourceNameForm
        return super().get_form(request, obj, change, **kwargs)

    @override
    def get_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return (SourceOptionsForm if obj else SourceNameForm).Meta.fields

    @override
    @asks(**{SETTING_UP: is_empty}, _changelist_filters=is_filters)
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(*args, **kwargs)

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        setting_up = object_id is None or SETTING_UP in request.GET
        context: dict[str, Any] = {
            "show_save_and_continue": False,
            "sees_tokens": Access.VIEW in self._token_access(request),
        }
        if setting_up:
            context |= _steps("options" if object_id else "basic")
        if object_id is None:
            context |= {"save_label": _("Save & Next"), "title": _("Add an inbound source")}
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    # --- Who may do what: a source begins and ends with its tokens -------------------------

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and Access.CHANGE in self._token_access(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and Access.CHANGE in self._token_access(request)

    def _token_access(self, request: HttpRequest) -> Access:
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        return access_of(request.user, BearerToken._meta.label_lower)

    # --- Writing --------------------------------------------------------------------------

    @override
    def create_object(self, obj: Source, form: Any) -> None:
        obj.pk = create_source(options=SourceOptions(name=obj.name)).pk

    @override
    def change_object(self, obj: Source, form: Any) -> None:
        update_source(source=obj, options=SourceOptions.of(obj))

    @override
    def delete_object(self, obj: Source) -> None:
        delete_source(source=obj)

    @override
    def what_goes(self, objects: QuerySet[Source]) -> list[str]:
        alive = BearerToken.objects.filter(source__in=objects.values("pk"), revoked=None).count()
        tokens = ngettext(
            "%(n)s SCIM token: whoever uses it is refused from that moment.",
            "%(n)s SCIM tokens: whoever uses them is refused from that moment.",
            alive,
        )
        return [
            *([tokens % {"n": alive}] if alive else []),
            _t("Its attribute mapping. The people and groups that it provisioned stay."),
        ]

    @override
    def response_add(
        self, request: HttpRequest, obj: Source, post_url_continue: str | None = None
    ) -> HttpResponse:
        text = _("%(source)s is added. Enter its SCIM URL and token at your identity provider.")
        self.message_user(request, text % {"source": obj.name}, messages.SUCCESS)
        issued = create_token(source=obj)
        return self._show_token(request, obj, issued, setting_up=True)

    # --- Pages of one source --------------------------------------------------------------

    @override
    def get_urls(self) -> list[URLPattern]:
        pages = {"authorization": self.authorization_view, "mapping": self.mapping_view}
        return [
            *(
                path(
                    f"<int:source_id>/{name}/",
                    self.admin_site.admin_view(_asking_for_steps(partial(self._page_of, view))),
                    name=f"scim_source_{name}",
                )
                for name, view in pages.items()
            ),
            *super().get_urls(),
        ]

    def _page_of(
        self,
        view: Callable[[HttpRequest, Source], HttpResponse],
        request: HttpRequest,
        source_id: int,
    ) -> HttpResponse:
        source = Source.objects.filter(pk=source_id).first()
        if source is None:
            raise Http404
        if not self.has_view_permission(request, source):
            raise PermissionDenied
        return view(request, source)

    def authorization_view(self, request: HttpRequest, source: Source) -> HttpResponse:
        """Show URL and tokens; make, regenerate and revoke tokens."""
        needed = Access.VIEW if request.method == "GET" else Access.CHANGE
        if needed not in self._token_access(request):
            raise PermissionDenied
        setting_up = SETTING_UP in request.GET
        if request.method != "POST":
            return self._authorization_page(request, source, setting_up=setting_up)
        with transaction.atomic():
            # Whoever presses a button twice waits here for the first time.
            Source.objects.select_for_update(no_key=True).get(pk=source.pk)
            return self._tokens_submitted(request, source, setting_up=setting_up)

    def _tokens_submitted(
        self, request: HttpRequest, source: Source, *, setting_up: bool
    ) -> HttpResponse:
        about, shown = about_tokens(source), tokens_shown(source)
        if "revoke" in request.POST:
            self._revoke(request, source, request.POST["revoke"])
            return redirect(self._authorization_url(source, setting_up=setting_up))
        if not is_as_seen(about, request.POST, shown):
            self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
            return redirect(self._authorization_url(source, setting_up=setting_up))
        if "regenerate" in request.POST:
            issued = self._regenerate(request, source)
            return self._show_token(request, source, issued, setting_up=setting_up)
        form = TokenForm(request.POST)
        if form.is_valid():
            try:
                issued = create_token(source=source, **form.cleaned_data)
            except SourceError as error:
                form.add_error("expires", str(error))
            else:
                text = _("The token %(token)s is made. The others go on working.")
                self.message_user(request, text % {"token": issued.token}, messages.SUCCESS)
                return self._show_token(request, source, issued, setting_up=setting_up)
        return self._authorization_page(request, source, form=form, setting_up=setting_up)

    def _regenerate(self, request: HttpRequest, source: Source) -> IssuedToken:
        form = RegenerateForm(request.POST)
        if not form.is_valid():
            raise Http404
        issued = regenerate_token(source=source, expires=form.expires())
        self.message_user(request, said_of_new_token(issued.replaced), messages.SUCCESS)
        return issued

    def _authorization_url(self, source: Source, *, setting_up: bool) -> str:
        return self.url_of("authorization", source.pk) + (f"?{SETTING_UP}" if setting_up else "")

    def _show_token(
        self, request: HttpRequest, source: Source, issued: IssuedToken, *, setting_up: bool
    ) -> HttpResponse:
        """Go to the page that shows the secret once, so that loading it again makes no token."""
        show_once(request, _place_of(source), issued.secret)
        return redirect(self._authorization_url(source, setting_up=setting_up))

    def _revoke(self, request: HttpRequest, source: Source, number: str) -> None:
        token = source.tokens.filter(pk=number if number.isdecimal() else 0).first()
        if token is None:
            raise Http404
        revoke_token(token=token)
        text = _("The token %(token)s is dead from now on.") % {"token": token}
        self.message_user(request, text, messages.SUCCESS)

    def _authorization_page(
        self,
        request: HttpRequest,
        source: Source,
        *,
        form: TokenForm | None = None,
        setting_up: bool = False,
    ) -> HttpResponse:
        context = {
            "title": _("Authorization"),
            "scim_url": base_url(),
            "secret": take(request, _place_of(source)),
            "tokens": BearerToken.objects.filter(source=source),
            "form": form or TokenForm(),
            "regenerating": RegenerateForm(),
            "version": seal(tokens_shown(source), about_tokens(source)),
            "endings": [
                ending
                for ending in warnings(tenant=source.tenant)
                if isinstance(ending.credential, BearerToken)
                and ending.credential.source_id == source.pk
            ],
            "may_change": Access.CHANGE in self._token_access(request),
            "next_url": f"{self.url_of('mapping', source.pk)}?{SETTING_UP}",
            "action": self._authorization_url(source, setting_up=setting_up),
            **(_steps("authorization") if setting_up else {}),
        }
        return self._render(request, source, "admin/scim/source/authorization.html", context)

    def mapping_view(self, request: HttpRequest, source: Source) -> HttpResponse:
        """Show and store the two mapping tables; *Add a row* gives one more empty row."""
        return answered(request, lambda: self._mapping(request, source))

    def _mapping(self, request: HttpRequest, source: Source) -> HttpResponse:
        setting_up = SETTING_UP in request.GET
        everything = self.has_full_permission(request)
        stored = {resource: stored_rows(source, resource) for resource in Resource.values}
        locked = {each: () if everything else deciding_fields(each) for each in stored}
        submission: Submission | None = None
        if request.method == "POST":
            if Access.MAPPING not in self.access(request):
                raise PermissionDenied
            submission = Submission(
                about_mapping(source), request.POST, mapping_shown(source, locked)
            )
        data = submission.data if submission else None
        is_adding = data is not None and "add-row" in data
        if data is not None and is_adding:
            add_row(data)
        tables = [
            (
                Resource(each),
                mapping_formset(each, rows, data, extra=_EMPTY_ROWS, locked=locked[each]),
            )
            for each, rows in stored.items()
        ]
        differences: list[Difference] = []
        if submission and submission.is_stale:
            differences = submission.differences(self.entries_since(source, submission))
        if submission and submission.is_stale and not is_adding:
            self.note_stale(request, submission, str(source.pk))
            messages.error(request, str(submission.refusal))
        elif submission and not is_adding and all(table.is_valid() for _resource, table in tables):
            reason = store_tables(source, tables, submission, locked, everything=everything)
            if reason is None:
                return self._after_mapping(request, source, setting_up=setting_up)
            messages.error(request, reason)
        context = {
            "title": _("Attribute mapping"),
            "tables": tables,
            "is_adding": is_adding,
            "version": submission.version
            if submission
            else seal(mapping_shown(source, locked), about_mapping(source)),
            "differences": differences,
            "field_labels": FIELD_LABELS,
            "may_change": Access.MAPPING in self.access(request),
            "save_label": _("Save & Next") if setting_up else _("Save"),
            **(_steps("mapping") if setting_up else {}),
        }
        return self._render(request, source, "admin/scim/source/mapping.html", context)

    def _after_mapping(
        self, request: HttpRequest, source: Source, *, setting_up: bool
    ) -> HttpResponse:
        self.message_user(request, _("The mapping is saved."), messages.SUCCESS)
        if setting_up:
            return redirect(f"{self.url_of('change', source.pk)}?{SETTING_UP}")
        return redirect(self.url_of("mapping", source.pk))

    def _render(
        self, request: HttpRequest, source: Source, template: str, context: dict[str, Any]
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": source,
                "source": source,
                "subtitle": source.name,
                "sees_tokens": Access.VIEW in self._token_access(request),
                **context,
            },
        )


def _place_of(source: Source) -> str:
    """Return the name under which the new token of ``source`` waits to be shown."""
    return f"shown_once_token_of_source_{source.pk}"


def _steps(current: str) -> dict[str, Any]:
    names = [name for name, _label in STEPS]
    return {"steps": STEPS, "current_step": current, "steps_done": names[: names.index(current)]}
