"""*Extension schemas*: a schema with its attributes on one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.errors import AccountError
from console.base.access import Access
from console.base.model_admin import ConsoleModelAdmin
from console.base.rows import BoundedRows
from console.base.versioned import RefusableForm
from scim.models import ExtensionAttribute, ExtensionSchema
from scim.services.extensions import SchemaAttribute, delete_schema, save_schema

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

_COLUMNS = (
    "name",
    "type",
    "required",
    "multi_valued",
    "case_exact",
    "canonical_values",
    "description",
)


class AttributeForm(forms.ModelForm[ExtensionAttribute]):
    """One attribute of a schema."""

    class Meta:
        model = ExtensionAttribute
        fields = _COLUMNS
        help_texts = {
            "name": _("As your identity provider sends it, such as costCentre."),
            "type": _(
                "Values that do not fit what you change here stay stored, and are not shown to "
                "identity providers until they send others."
            ),
            "canonical_values": _("With commas between them. Empty: any value."),
        }


class SchemaForm(RefusableForm[ExtensionSchema]):
    """What a schema is called."""

    class Meta:
        model = ExtensionSchema
        fields = ("urn", "name", "description", "resource")
        help_texts = {
            "urn": _(
                "What your identity provider puts before the attributes, such as "
                "urn:example:params:scim:schemas:acme:2.0:User."
            ),
            "resource": _("Whether people or groups have the attributes."),
        }


class AttributeInline(admin.StackedInline[ExtensionAttribute, ExtensionSchema]):
    """The attributes of a schema."""

    model = ExtensionAttribute
    form = AttributeForm
    formset = BoundedRows
    fields = _COLUMNS
    extra = 1
    row_key = "name"
    verbose_name_plural = _("Attributes")

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.VIEW in _schema_admin(self).access(request)

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.CHANGE in _schema_admin(self).access(request)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.CHANGE in _schema_admin(self).access(request)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Access.CHANGE in _schema_admin(self).access(request)


@admin.register(ExtensionSchema)
class ExtensionSchemaAdmin(ConsoleModelAdmin[ExtensionSchema]):
    """Schemas that the tenant defines for its users or groups."""

    list_display = ["urn", "name", "resource", "attribute_names"]
    list_filter = ["resource"]
    search_fields = ["urn", "name", "attributes__name"]
    search_help_text = _("URN, name or attribute")
    list_says = _("What your identity provider may send beyond the standard schemas.")
    empty_text = _(
        "There is no extension schema yet. Add one when your identity provider sends attributes "
        "that no standard schema has."
    )
    form = SchemaForm
    fields = ["urn", "name", "description", "resource"]
    inlines = [AttributeInline]
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError, ValidationError)

    @admin.display(description=_("Attributes"))
    def attribute_names(self, schema: ExtensionSchema) -> str:
        """Return the names of the attributes."""
        return ", ".join(attribute.name for attribute in schema.attributes.all()) or "-"

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("attributes")

    @override
    def save_model(
        self, request: HttpRequest, obj: ExtensionSchema, form: Any, change: bool
    ) -> None:
        """Wait for the attributes: the schema and they are one change."""

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if change:
            self.require_as_shown(request, form.instance)
        save_schema(
            schema=form.instance,
            attributes=[
                SchemaAttribute(**{name: data[name] for name in _COLUMNS})
                for formset in formsets
                for data in (each.cleaned_data for each in formset.forms)
                if data.get("name") and not data.get("DELETE")
            ],
        )

    @override
    def delete_object(self, obj: ExtensionSchema) -> None:
        delete_schema(schema=obj)

    @override
    def what_goes(self, objects: QuerySet[ExtensionSchema]) -> list[str]:
        count = ExtensionAttribute.objects.filter(schema__in=objects.values("pk")).count()
        text = ngettext(
            "%(n)s attribute: it is unknown from now on, and what is stored of it stays.",
            "%(n)s attributes: they are unknown from now on, and what is stored of them stays.",
            count,
        )
        return [text % {"n": count}] if count else []


def _schema_admin(inline: AttributeInline) -> ConsoleModelAdmin[ExtensionSchema]:
    found = inline.admin_site.get_model_admin(ExtensionSchema)
    assert isinstance(found, ConsoleModelAdmin)  # noqa: S101 - registered below
    return found
