"""The base of every list and form of both admin sites.

A subclass says what is shown and which service writes.  Refusals of services become errors on the
form, and the audit trail takes the place of Django's own log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import get_fields_from_path, quote, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError, InUseError
from accounts.models import AuditEntry
from accounts.models.searched_text import Finds
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from accounts.storage.violations import is_taken
from accounts.trail import audit
from accounts.trail.changes import changes
from accounts.trail.telling import tell
from console.base.change_list import DeclaredChangeList
from console.base.many import DeleteMany
from console.base.many_look import PassedOver
from console.base.questions import asks, is_filters, judges_itself, malformed
from console.base.versioned import CHOOSE, NONE, VersionedModelAdmin, taken

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django_stubs_ext import StrOrPromise

_ModelT = TypeVar("_ModelT", bound=models.Model)
HISTORY_LENGTH = 200


class AuditedModelAdmin(VersionedModelAdmin[_ModelT]):
    """An admin whose writes are services, and whose history is the audit trail.

    Attributes:
        refusals: Errors of services that are shown to the person instead of being raised.
        save_label: What the button of the form says.
        list_title: What the list is called, there and in the navigation; the model's plural
            when empty.
        list_says: One sentence under the title of the list: what is in it, or how it stands.
        empty_text: What a list without any row says, with the next step.
        change_title: What the form of one object is called; the object's own name when empty.
        narrow_columns: The columns that a narrow window (``gh-wide``) or panel (``gh-wider``)
            leaves out; what is in them stands below the name of the row there.  With them the
            list stays a table; without, each row becomes a block.
        telling_columns: Those of them whose text is understood without their heading.
    """

    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError,)
    save_label: StrOrPromise = _("Save")
    list_title: StrOrPromise = ""
    list_says: StrOrPromise = ""
    empty_text: StrOrPromise = ""
    change_title: StrOrPromise = ""
    narrow_columns: ClassVar[Mapping[str, str]] = {}
    telling_columns: ClassVar[Collection[str]] = ()
    actions: Any = ["delete_selected"]
    object_history_template = "console/logs/history.html"
    list_per_page = 50
    show_full_result_count = False

    def has_history_permission(self, request: HttpRequest) -> bool:
        """Whether the person may read what the audit trail says of one object."""
        return self.has_view_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the person may take the list away as CSV."""
        return self.has_view_permission(request)

    def create_object(self, obj: _ModelT, form: Any) -> None:
        """Store a new ``obj`` from a valid ``form``; override to call a service."""
        obj.save()
        audit.record(f"{obj._meta.model_name}.created", obj)

    def change_object(self, obj: _ModelT, form: Any) -> None:
        """Store the changes of a valid ``form``; override to call a service."""
        changed = sorted(form.changed_data)
        if changed:
            stored = type(obj)._default_manager.get(pk=obj.pk)
            before, after = (
                {name: getattr(each, name) for name in changed} for each in (stored, obj)
            )
            obj.save(update_fields=changed)
            audit.record(f"{obj._meta.model_name}.updated", obj, **changes(before, after))

    def delete_object(self, obj: _ModelT) -> None:
        """Delete ``obj``; override to call a service."""
        audit.record(f"{obj._meta.model_name}.deleted", obj)
        try:
            obj.delete()
        except (models.ProtectedError, models.RestrictedError):
            raise InUseError(_("It is in use, so it stays.")) from None

    def people_of_rows(self, keys: Collection[str]) -> Mapping[str, str]:
        """Return by the key of a row the key of the person whom it is about, if it is about one."""
        return {}

    def what_goes(self, objects: QuerySet[_ModelT]) -> list[str]:
        """Return sentences that say what is deleted with ``objects``, in words and numbers.

        Override where something is: a few sentences, a fixed number of statements, no secret, and
        no related object by its name.
        """
        return []

    def what_stays(self, request: HttpRequest, objects: QuerySet[_ModelT]) -> list[PassedOver]:
        """Return those of ``objects`` that cannot be deleted, by the sentence that says why."""
        return []

    @override
    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say in words what a deletion takes away; Django would list every related row."""
        chosen = self.get_queryset(request).filter(pk__in=[obj.pk for obj in objs])
        held = [each.reason for each in self.what_stays(request, chosen) if each.objects.exists()]
        return self.what_goes(chosen), {}, set(), held

    @override
    def save_model(self, request: HttpRequest, obj: _ModelT, form: Any, change: bool) -> None:
        if change:
            self.require_as_shown(request, obj)
            self.change_object(obj, form)
        else:
            self.create_object(obj, form)

    @override
    def delete_model(self, request: HttpRequest, obj: _ModelT) -> None:
        self.delete_object(obj)

    @override
    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Return the searched columns; texts are searched whatever accents somebody types.

        An identifier, ``…__exact``, is looked up as it is.
        """
        return [
            f"{path}__{Finds.lookup_name}" if self._is_text(path) else path
            for path in super().get_search_fields(request)
        ]

    def _is_text(self, path: str) -> bool:
        if path.endswith("__exact"):
            return False
        field = get_fields_from_path(self.model, path)[-1]
        field = getattr(field, "output_field", field)
        return isinstance(field, models.CharField | models.TextField)

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeclaredChangeList]:
        return DeclaredChangeList

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return nothing: an address fills no form in."""
        return {}

    @override
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field without Django's links to forms in windows of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    @override
    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field, whose empty choice says in words what it stands for."""
        empty = NONE if db_field.blank else CHOOSE
        if "choices" not in kwargs:
            kwargs["choices"] = db_field.get_choices(
                include_blank=db_field.blank or not db_field.has_default(),
                blank_choice=[("", empty)],
            )
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @override
    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field, whose empty choice says in words what it stands for."""
        kwargs.setdefault("empty_label", NONE if db_field.blank else CHOOSE)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._refuse_unreadable_keys(request)
        title = self.list_title or capfirst(self.opts.verbose_name_plural)
        context = {"title": title, "says": self.list_says, **(extra_context or {})}
        return super().changelist_view(request, context)

    @override
    @asks(_changelist_filters=is_filters)
    def add_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().add_view(*args, **kwargs)

    @override
    @asks(_changelist_filters=is_filters)
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
        if object_id is not None:
            self._object_at(request, object_id)
        context = {
            "save_label": self.save_label,
            "show_save_and_add_another": False,
            "has_history": self._has_history(request, object_id),
            **({"title": self.change_title or self._kind()} if object_id else {}),
            "is_named": not self.change_title,
            **(extra_context or {}),
        }
        refusal: Exception
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except self.refusals as error:
            refusal = error
        except IntegrityError as error:
            if not is_taken(error):
                raise
            refusal = taken()  # Since the form was judged.
        # Everything was rolled back.  Show the form again, with the reason.
        self.note_refusal(request, refusal, object_id)
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, context)

    @override
    @asks(_changelist_filters=is_filters)
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self._object_at(request, object_id)
        if request.method == "POST" and obj and self.has_delete_permission(request, obj):
            page = self._what_is_asked(request, obj)
            seen = is_as_seen(self._about_deletion(obj.pk), request.POST, page)
            if not seen and not page.facts["stays"]:
                self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                return redirect(request.get_full_path())
        try:
            return super().delete_view(request, object_id, extra_context)
        except self.refusals as refusal:
            self.note_refusal(request, refusal, object_id)
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.url_of("change", quote(object_id)))

    delete_selected = DeleteMany()

    def _what_is_asked(self, request: HttpRequest, obj: _ModelT) -> Page:
        """Return what the question says before ``obj`` is deleted."""
        goes, _counts, _needed, stays = self.get_deleted_objects([obj], request)
        return _question(1, [str(obj)], goes, stays)

    def _about_deletion(self, pk: object) -> str:
        return f"{self.admin_site.name}:{self.opts.label_lower}:delete:{pk}"

    @override
    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        obj = context["object"]
        page = _question(1, [str(obj)], context["deleted_objects"], context["protected"])
        context["version"] = seal(page, self._about_deletion(obj.pk))
        return super().render_delete_form(request, context)

    @override
    @asks(_changelist_filters=is_filters)
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self._object_at(request, object_id)
        may_look = self.has_view_permission(request, obj) and self.has_history_permission(request)
        if obj is None or not may_look:
            raise PermissionDenied
        entries = self._history_of(request, obj.pk)
        latest = list(entries[: HISTORY_LENGTH + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %s") % obj,
            "entries": tell(latest[:HISTORY_LENGTH]),
            "is_cut": len(latest) > HISTORY_LENGTH,
            "original": obj,
            "object": obj,
            "opts": self.opts,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    def _object_at(self, request: HttpRequest, object_id: str) -> _ModelT | None:
        """Return the object; nothing where it is the page that refuses whoever asks.

        Raises:
            Http404: They may see such objects, and this is none, or another tenant's.
        """
        obj: _ModelT | None = self.get_object(request, unquote(object_id))
        if obj is None and self.has_view_permission(request):
            raise Http404
        return obj

    def _kind(self) -> str:
        return capfirst(str(self.opts.verbose_name))

    def _history_of(self, request: HttpRequest, pk: object) -> QuerySet[AuditEntry]:
        about = {"target_type": self.opts.model_name or "", "target_id": str(pk)}
        return self.trail_told(request).filter(**about)

    def _has_history(self, request: HttpRequest, object_id: str | None) -> bool:
        """Whether there is something to read in the history, for who may."""
        if object_id is None or not self.has_history_permission(request):
            return False
        return self._history_of(request, unquote(object_id)).exists()

    def _refuse_unreadable_keys(self, request: HttpRequest) -> None:
        """Refuse an action on what cannot be the key of any object."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if request.method == "POST" else ():
            try:
                self.opts.pk.to_python(key)
            except ValidationError:
                raise malformed(ACTION_CHECKBOX_NAME) from None

    @override
    def response_add(
        self, request: HttpRequest, obj: _ModelT, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, _("%(name)s is added.") % {"name": obj}, messages.SUCCESS)
        return self.response_post_save_add(request, obj)

    @override
    def response_change(self, request: HttpRequest, obj: _ModelT) -> HttpResponse:
        self.message_user(request, _("Saved: %(name)s.") % {"name": obj}, messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    @override
    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        text = _("%(name)s is deleted.") % {"name": obj_display}
        self.message_user(request, text, messages.SUCCESS)
        return redirect(self.url_of("changelist"))

    def url_of(self, page: str, *args: object) -> str:
        """Return the name-spaced URL of this model's ``changelist``, ``add``, ``change``, …."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=args)

    @override
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    @override
    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return []

    @override
    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    @override
    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None


def _question(count: int, some: list[str], goes: Sequence[str], stays: Sequence[str]) -> Page:
    facts = {"count": str(count)}
    for name, lines in (("names", some), ("goes", goes), ("stays", stays)):
        facts[name] = "\n".join(map(str, lines))
    return Page({}, facts=facts)
