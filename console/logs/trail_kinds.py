"""Kinds of entries to filter the audit trail by: what they are about, and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.trail.sentences import known_actions

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from accounts.models import AuditEntry

_KINDS: Final[dict[str, tuple[StrOrPromise, tuple[str, ...]]]] = {
    "people": (_("People"), ("user", "operator", "people_file")),
    "groups": (_("Groups and access profiles"), ("group", "profile")),
    "licences": (_("Licences"), ("license", "subscription", "product")),
    "sign-in": (
        _("Sign-in"),
        (
            *("sign_in", "session", "password_reset", "recovery_code", "recovery_codes"),
            *("break_glass", "invitation", "link", "lockout", "confirmation"),
        ),
    ),
    "saml": (_("SAML sign-on"), ("saml", "set_up_link", "domain", "credential")),
    "scim": (
        _("SCIM provisioning"),
        ("scim", "scim_token", "source", "extension_schema", "held_change"),
    ),
    "applications": (_("Applications"), ("application", "applicationrole")),
    "requests": (_("Requests"), ("access_request",)),
    "reviews": (_("Access reviews"), ("review",)),
    "tenant": (
        _("Company and settings"),
        (
            *("tenant", "settings", "brand", "console", "platform", "way_in"),
            *("secrets", "job", "action"),
        ),
    ),
}
_REFUSED: Final = "refused"
_DONE: Final = ("created", "updated", "deleted", _REFUSED)


def kinds() -> dict[str, tuple[StrOrPromise, frozenset[str]]]:
    """Return what each kind is called, and the actions of it."""
    every = _every_action()
    found = {
        name: (label, frozenset(each for each in every if each.partition(".")[0] in stems))
        for name, (label, stems) in _KINDS.items()
    }
    refused = frozenset(each for each in every if each.endswith((f".{_REFUSED}", ".throttled")))
    return {**found, _REFUSED: (_("Refusals"), refused)}


def _every_action() -> set[str]:
    """Return every action that can be recorded: those with a word of their own, and by model."""
    names = [model._meta.model_name for model in apps.get_models()]
    return {*known_actions(), *(f"{name}.{done}" for name in names for done in _DONE)}


class KindFilter(admin.SimpleListFilter):
    """Entries by what they are about."""

    title = _("about")
    parameter_name = "about"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, label) for name, (label, _actions) in kinds().items()]

    @override
    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        asked = kinds().get(self.value() or "")
        return queryset.filter(action__in=sorted(asked[1])) if asked else queryset
