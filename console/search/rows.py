"""Rows that are found: each kind as its list finds them, for whoever may open that list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from accounts.models import AccessProfile, DirectoryGroup, Tenant, User
from console.base.audited_admin import AuditedModelAdmin
from console.base.seen import seen_applications
from console.search.found import MOST, Found, Place
from provisioning.models import Application

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from console.base.sites import GatehouseSite


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one model that the search finds.

    Attributes:
        title: Their heading.
        model: Its list, in the site, says what is searched and who may look.
        rows: All that are searched for whoever asks, in the order in which they are shown, without
            what only a list needs to know.
        names: The name of a row, and what tells it from others of the name.
    """

    title: StrOrPromise
    model: type[Model]
    rows: Callable[[HttpRequest], QuerySet[Any]]
    names: Callable[[Any], tuple[str, str]]


KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "console": (
        Kind(
            _("People"),
            User,
            lambda _request: User.objects.order_by("user_name_ci"),
            lambda user: (user.get_full_name(), user.user_name),
        ),
        Kind(
            _("Directory groups"),
            DirectoryGroup,
            lambda _request: DirectoryGroup.objects.order_by("display_name_ci"),
            lambda group: (group.display_name, group.external_id),
        ),
        Kind(
            _("Access profiles"),
            AccessProfile,
            lambda _request: AccessProfile.objects.order_by("name_ci"),
            lambda profile: (profile.name, profile.description),
        ),
        Kind(
            _("Applications"),
            Application,
            lambda request: seen_applications(request).order_by("name"),
            lambda application: (application.name, application.base_url),
        ),
    ),
    "platform": (
        Kind(
            _("Tenants"),
            Tenant,
            lambda _request: Tenant.objects.order_by("slug"),
            lambda tenant: (tenant.name, tenant.slug),
        ),
        Kind(
            _("Operators"),
            User,
            lambda _request: User.objects.filter(tenant=None).order_by("user_name_ci"),
            lambda operator: (operator.user_name, ""),
        ),
    ),
}
"""What each site searches: who adds a kind adds it here."""


def found_rows(request: HttpRequest, site: GatehouseSite, typed: str) -> list[Found]:
    """Return the rows in which ``typed`` is found: one statement for each kind."""
    found = []
    for kind in KINDS[site.name]:
        its_list = site.get_model_admin(kind.model)
        assert isinstance(its_list, AuditedModelAdmin)  # noqa: S101 - every list here is one
        if its_list.has_view_permission(request):
            found.append(_of_kind(request, kind, its_list, typed))
    return found


def _of_kind(
    request: HttpRequest, kind: Kind, its_list: AuditedModelAdmin[Any], typed: str
) -> Found:
    rows, _repeats = its_list.get_search_results(request, kind.rows(request), typed)
    first = list(rows[: MOST + 1])
    places = [Place(*kind.names(row), its_list.url_of("change", row.pk)) for row in first[:MOST]]
    whole = f"{its_list.url_of('changelist')}?{urlencode({'q': typed})}"
    return Found(kind.title, places, whole if len(first) > MOST else "")
