"""Forms about sources."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from console.base.versioned import RefusableForm
from scim.catalogue.reading import GENERIC, entries
from scim.models import Resource, Source
from scim.services.mappings import MappingRow, fields_of, fixed_fields
from scim.sources.field_labels import FIELD_LABELS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime


class SourceNameForm(RefusableForm[Source]):
    """The first step of setting a source up: which identity provider it is, and its name here."""

    entry = forms.ChoiceField(
        label=_("Identity provider"),
        required=False,
        help_text=_("What the catalogue knows of it is filled in; you change what you like."),
    )

    class Meta:
        model = Source
        fields = ("name",)
        help_texts = {"name": _("Shown in the console and in logs, such as “Okta”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entry"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(each.key, each.name) for each in entries()]
        self.initial.setdefault("entry", GENERIC)


class SourceOptionsForm(RefusableForm[Source]):
    """Everything of a source that is not its mapping or its tokens."""

    class Meta:
        model = Source
        fields = (
            "name",
            "enabled",
            "on_delete",
            "on_deactivate",
            "may_change_roles",
            "lists_entitlements",
            "log_bodies",
            "log_retention_days",
            "rate_limit_per_minute",
            "loss_number",
            "loss_percent",
        )
        help_texts = {
            "enabled": _("While it is off, every token of this source is refused."),
            "on_delete": _("Deleting frees the user name for good; deactivating keeps the row."),
            "on_deactivate": _(
                "Choose “Delete the user” to delete people as soon as the source deactivates or "
                "suspends them."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.fields.get("rate_limit_per_minute")
        if limit is not None:
            bounds = settings.BOUNDS
            text = _(
                "For each token, in any minute. 0 means the default: %(second)s a second, "
                "%(once)s at once."
            )
            limit.help_text = text % {
                "second": bounds.requests_per_second,
                "once": bounds.requests_at_once,
            }


class TokenForm(forms.Form):
    """A further token."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("What it is for, such as “from 2027”.")
    )
    expires = forms.DateTimeField(
        label=_("Expires"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        help_text=_("In UTC; empty means never."),
    )


class RegenerateForm(forms.Form):
    """How long the token lasts that replaces all others."""

    lasts = forms.ChoiceField(
        label=_("The new token expires"),
        required=False,
        # On the page SAML & SCIM it stands inside of another form.
        widget=forms.Select(attrs={"form": "regenerate-form"}),
        choices=[
            ("", _("never")),
            ("90", _("in 90 days")),
            ("180", _("in 180 days")),
            ("365", _("in a year")),
        ],
        help_text=_("You are warned by mail and on the pages from 60 days before."),
    )

    def expires(self) -> datetime | None:
        """Return the moment that was chosen, from now."""
        days = self.cleaned_data["lasts"]
        return timezone.now() + timedelta(days=int(days)) if days else None


class MappingRowForm(forms.Form):
    """One row of a mapping table."""

    field = forms.ChoiceField(label=_("Field"), required=False)
    scim_attribute = forms.CharField(label=_("SCIM attribute"), max_length=300, required=False)
    required = forms.BooleanField(label=_("Required"), required=False)
    remove = forms.BooleanField(label=_("Remove"), required=False)

    def __init__(
        self, *args: Any, resource: str, locked: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._fixed = fixed_fields(resource)
        field = self.fields["field"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            ("", _("Choose a field")),
            *(
                (name, FIELD_LABELS.get(name, name))
                for name in fields_of(resource)
                if name not in locked or name == self.initial.get("field")
            ),
        ]
        if self.initial.get("field") in locked:
            for each in self.fields.values():
                each.disabled = True
        if self.is_fixed:
            field.choices = [(self.initial["field"], self.label)]
        for name in ("field", "scim_attribute", "required", "remove"):
            self.fields[name].widget.attrs["aria-label"] = (
                f"{self.fields[name].label}: {self.label}"
            )
        self.fields["scim_attribute"].widget.attrs |= {"spellcheck": "false"}

    @property
    def is_fixed(self) -> bool:
        """Whether the row is one that every table has."""
        return self.initial.get("field") in self._fixed

    @property
    def label(self) -> Any:
        """What the row is about, for people who hear the table: what it was, or what was chosen."""
        name = self.initial.get("field", "")
        chosen = self.data.get(self.add_prefix("field"), "") if self.is_bound else ""
        return FIELD_LABELS.get(name, name) or FIELD_LABELS.get(chosen) or _("new row")

    @override
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("remove"):
            return data
        if bool(data.get("field")) != bool(data.get("scim_attribute")):
            raise forms.ValidationError(
                _("A row needs both a field and a SCIM attribute; empty both to leave it out.")
            )
        return data


class MappingFormSet(forms.BaseFormSet[MappingRowForm]):
    """A mapping table."""

    def rows(self) -> list[MappingRow]:
        """Return the rows that are to be stored, in order."""
        return [
            MappingRow(data["field"], data["scim_attribute"], data["required"])
            for data in (form.cleaned_data for form in self.forms)
            if data.get("field") and not data.get("remove")
        ]


def mapping_formset(
    resource: str,
    rows: Sequence[MappingRow],
    data: Any = None,
    *,
    extra: int = 0,
    locked: Collection[str] = (),
) -> MappingFormSet:
    """Return the table of ``resource`` with ``extra`` empty rows at its end.

    Rows of ``locked`` fields can be read only.
    """
    factory: Any = forms.formset_factory(MappingRowForm, formset=MappingFormSet, extra=extra)
    formset: MappingFormSet = factory(
        data,
        prefix=Resource(resource).name.lower(),
        initial=[
            {
                "field": row.field,
                "scim_attribute": row.scim_attribute,
                "required": row.required,
            }
            for row in rows
        ],
        form_kwargs={"resource": resource, "locked": locked},
    )
    return formset
