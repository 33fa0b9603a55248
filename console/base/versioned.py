"""Forms of an admin that write only what was touched, and only if the rest is still as shown.

See :mod:`accounts.posted_forms.submissions` for how; this is where an admin site's forms meet it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field, lookup_field, unquote
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.errors import TakenError
from accounts.models import AuditEntry
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.shown import Fact, Page, TableOf, page_of, seal
from accounts.posted_forms.submissions import StaleFormError, Submission, came_back
from accounts.trail.refusals import in_words, record_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_ModelT = TypeVar("_ModelT", bound=models.Model)
_ATTEMPTS: Final = 3
_MOST_ENTRIES: Final = 50
TAKEN: Final = gettext_lazy(
    "There already is one like this. Look for it in the list, or choose another name."
)


def taken() -> TakenError:
    """Say why what a form makes is not made."""
    return TakenError(str(TAKEN))


CHOOSE: Final = gettext_lazy("Choose one")
NONE: Final = gettext_lazy("None")
_DASHES: Final = BLANK_CHOICE_DASH[0][1]
"""What Django shows in place of a choice that is none."""


class RefusableForm(forms.ModelForm[_ModelT]):
    """A form that can show why what it asked for was refused.

    What was not touched is not judged: it stays as it is stored, whatever rules came later.  To
    choose nothing has a word.
    """

    refusal: ClassVar[Exception | None] = None
    untouched: ClassVar[frozenset[str]] = frozenset()

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == _DASHES:
                field.empty_label = CHOOSE if field.required else NONE

    @override
    def add_error(self, field: str | None, error: Any) -> None:
        if isinstance(error, ValidationError):
            for each in _errors_in(error):
                if each.code in {"unique", "unique_together"}:
                    each.message, each.params = str(TAKEN), None
        super().add_error(field, error)

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in self.untouched & set(self.errors):
            del self.errors[name]
            self.cleaned_data[name] = self.get_initial_for_field(self.fields[name], name)
        if self.refusal is not None:
            if isinstance(self.refusal, ValidationError):
                raise self.refusal
            raise ValidationError(str(self.refusal), code="refused")
        return cleaned


class VersionedModelAdmin(admin.ModelAdmin[_ModelT]):
    """An admin whose forms carry what they showed.

    Whoever overrides :meth:`save_model` or :meth:`save_related` calls :meth:`require_as_shown`
    before anything is written.

    Attributes:
        live_facts: Read-only fields that may have moved on since they were shown, because nothing
            that the form writes depends on them.
    """

    form: type[forms.ModelForm[_ModelT]] = RefusableForm
    live_facts: ClassVar[frozenset[str]] = frozenset()

    def page_now(self, request: HttpRequest, obj: _ModelT) -> Page:
        """Return what the form of ``obj`` shows now."""
        form = self.get_form(request, obj, change=True)(instance=obj)
        tables = [
            _table(
                formset(
                    instance=obj,
                    prefix=formset.get_default_prefix(),
                    queryset=inline.get_queryset(request),
                ),
                inline,
            )
            for formset, inline in self.get_formsets_with_inlines(request, obj)
        ]
        return self._page(request, obj, form, tables)

    def _page(
        self, request: HttpRequest, obj: _ModelT, form: forms.BaseForm, tables: list[TableOf]
    ) -> Page:
        names = flatten_fieldsets(self.get_fieldsets(request, obj))
        facts = dict(self._facts(request, obj))
        return page_of(form, names=names, tables=tables, facts=facts)

    def hold(self, obj: _ModelT) -> None:
        """Keep others from changing ``obj`` until the transaction ends."""
        manager = self.model._default_manager
        manager.select_for_update(no_key=True, of=("self",)).filter(pk=obj.pk).first()

    def require_as_shown(self, request: HttpRequest, obj: _ModelT) -> _ModelT:
        """Hold ``obj``, give it back what was not touched, and return it as it is stored.

        Raises:
            StaleFormError: It is not as the form showed it.
        """
        self.hold(obj)
        stored = self.get_object(request, str(obj.pk))
        if stored is None:
            raise StaleFormError
        submission = submission_of(request)
        submission.require(self.page_now(request, stored))
        columns = {column.name for column in self.opts.concrete_fields}
        for name in submission.untouched() & columns:
            setattr(obj, name, getattr(stored, name))
        return stored

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: _ModelT | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        submission = getattr(request, "submission", None)
        if submission is not None:
            form.untouched = submission.untouched()
        return form

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and object_id is None and LOOK_AGAIN in request.POST:
            request.refusal = came_back()  # type: ignore[attr-defined]
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        for _attempt in range(_ATTEMPTS):
            if not self._submit(request, object_id):
                break
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except StaleFormError as stale:
                # Somebody came in between.  Look again: the next time it is seen beforehand.
                request.refusal = stale  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _submit(self, request: HttpRequest, object_id: str) -> bool:
        """Compare what came with what is stored; return whether it may be written."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_change_permission(request, obj):
            return False
        if not hasattr(request, "as_posted"):
            request.as_posted = request.POST  # type: ignore[attr-defined]
        posted = request.as_posted  # type: ignore[attr-defined]
        refusal = getattr(request, "refusal", None)
        if isinstance(refusal, StaleFormError):
            request.refusal = None  # type: ignore[attr-defined]
        submission = Submission(self._about(obj), posted, self.page_now(request, obj))
        request.submission = submission  # type: ignore[attr-defined]
        request.POST = submission.data  # type: ignore[assignment]
        if submission.is_stale:
            self.note_stale(request, submission, object_id)
            request.refusal = submission.refusal  # type: ignore[attr-defined]
        return not submission.is_stale

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: _ModelT | None = None,
    ) -> HttpResponse:
        submission = getattr(request, "submission", None)
        form = context["adminform"].form
        is_stale = isinstance(getattr(request, "refusal", None), StaleFormError)
        if is_stale and set(form.errors) == {NON_FIELD_ERRORS} and len(context["errors"]) == 1:
            # Nothing is to be corrected, as Django would say above its list of errors.
            context |= {"errors": [], "said": form.non_field_errors()}
        if submission is not None and obj is not None:
            context["version"] = submission.version
            if submission.is_stale:
                since = self.entries_since(request, obj, submission)
                context["differences"] = submission.differences(since)
        elif change and obj is not None and self.has_change_permission(request, obj):
            tables = [_table(each.formset, each.opts) for each in context["inline_admin_formsets"]]
            page = self._page(request, obj, context["adminform"].form, tables)
            context["version"] = seal(page, self._about(obj))
        if not _is_open(context):
            context["show_save"] = False
        return super().render_change_form(request, context, add, change, form_url, obj)

    def trail_told(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the entries of the trail that may be shown to the person."""
        return AuditEntry.objects.all()

    def entries_since(
        self, request: HttpRequest, obj: _ModelT, submission: Submission
    ) -> list[AuditEntry]:
        """Return what the trail says of ``obj`` since the form was shown, the newest first."""
        if submission.shown_at is None:
            return []
        entries = (
            self.trail_told(request)
            .filter(
                target_type=self.opts.model_name or "",
                target_id=str(obj.pk),
                at__gte=submission.shown_at,
            )
            .exclude(action__endswith=".refused")
        )
        return list(entries[:_MOST_ENTRIES])

    def _facts(self, request: HttpRequest, obj: _ModelT) -> Iterator[tuple[str, Fact]]:
        for name in self.get_readonly_fields(request, obj):
            if name in self.live_facts or not isinstance(name, str):
                continue
            _field, _attribute, value = lookup_field(name, obj, self)
            label = label_for_field(name, self.model, self)
            yield name, Fact(str(label), "" if value is None else str(value))

    def _about(self, obj: _ModelT) -> str:
        return f"{self.admin_site.name}:{self.opts.label_lower}:{obj.pk}"

    def note_stale(self, request: HttpRequest, submission: Submission, object_id: str) -> None:
        """Put it into the trail that a form was stale; one that was only kept was not refused."""
        if not submission.is_back:
            self.note_refusal(request, submission.refusal, object_id)

    def note_refusal(
        self, request: HttpRequest, refusal: Exception, object_id: str | None = None
    ) -> None:
        """Put a refusal that was rolled back into the trail, with its object when there is one."""
        key = None if object_id is None else unquote(object_id)
        self.note_refused(request, in_words(refusal), key)

    def note_refused(self, request: HttpRequest, reason: str, key: str | None) -> None:
        """Put into the trail why something was refused, with its object when there is one."""
        target = None if key is None else self.get_object(request, key)
        record_refusal(f"{self.opts.model_name}.refused", target, reason=reason)


def _errors_in(error: ValidationError) -> Iterator[ValidationError]:
    for errors in error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]:
        yield from errors


def _is_open(context: dict[str, Any]) -> bool:
    """Tell whether the page has a field that whoever looks at it may change."""
    fields = context["adminform"].form.fields.values()
    tables = context["inline_admin_formsets"]
    return any(not each.disabled and not each.widget.is_hidden for each in fields) or any(
        each.has_change_permission or each.has_add_permission for each in tables
    )


def _table(formset: Any, inline: Any) -> TableOf:
    return TableOf(formset, inline.row_key, str(inline.verbose_name))


def submission_of(request: HttpRequest) -> Submission:
    """Return what came back of the form that ``request`` submits."""
    submission: Submission = request.submission  # type: ignore[attr-defined]
    return submission
