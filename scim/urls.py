"""Routes of the SCIM endpoints; a slash at the end is tolerated everywhere.

So is any letter case of an endpoint; see :mod:`scim.http.middleware`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, re_path

from scim.http.views.bulk import BulkViewSet
from scim.http.views.discovery import ResourceTypeViewSet, SchemaViewSet
from scim.http.views.entitlements import EntitlementViewSet, RoleViewSet
from scim.http.views.groups import GroupViewSet
from scim.http.views.me import MeViewSet
from scim.http.views.search import RootViewSet
from scim.http.views.service_provider_config import ServiceProviderConfigViewSet
from scim.http.views.unknown import UnknownRouteView
from scim.http.views.users import UserViewSet

if TYPE_CHECKING:
    from scim.http.views.base import SCIMViewSet
    from scim.http.views.resources import ResourceViewSet

app_name = "scim"

Actions = Any  # The stubs want more than the names that DRF documents.

_COLLECTION: Actions = {"get": "list", "post": "create"}
# A user name may hold a slash, which comes encoded and is decoded before a route is looked for.
_ID = r"(?P<resource_id>(?s:.+?))"
_RESOURCE: Actions = {"get": "retrieve", "put": "replace", "patch": "modify", "delete": "remove"}


def _resource_routes(name: str, viewset: type[ResourceViewSet]) -> list[URLPattern]:
    return [
        re_path(rf"^{name}/?$", viewset.as_view(_COLLECTION), name=f"{name}-list"),
        re_path(
            rf"^{name}/\.search/?$", viewset.as_view({"post": "search"}), name=f"{name}-search"
        ),
        re_path(rf"^{name}/{_ID}/?$", viewset.as_view(_RESOURCE), name=f"{name}-detail"),
    ]


def _read_only_routes(name: str, viewset: Any) -> list[URLPattern]:
    return [
        re_path(rf"^{name}/?$", viewset.as_view({"get": "list"}), name=f"{name}-list"),
        re_path(
            rf"^{name}/{_ID}/?$",
            viewset.as_view({"get": "retrieve"}),
            name=f"{name}-detail",
        ),
    ]


def _single(name: str, viewset: type[SCIMViewSet], actions: Actions) -> URLPattern:
    return re_path(rf"^{name}/?$", viewset.as_view(actions), name=name)


urlpatterns: list[URLPattern] = [
    *_resource_routes("Users", UserViewSet),
    *_resource_routes("Groups", GroupViewSet),
    re_path(r"^$", RootViewSet.as_view({"get": "list"}), name="root"),
    _single(r"\.search", RootViewSet, {"post": "search"}),
    *_read_only_routes("Schemas", SchemaViewSet),
    *_read_only_routes("ResourceTypes", ResourceTypeViewSet),
    *_read_only_routes("Roles", RoleViewSet),
    *_read_only_routes("Entitlements", EntitlementViewSet),
    _single("Bulk", BulkViewSet, {"post": "create"}),
    _single("Me", MeViewSet, dict.fromkeys(("get", "post", "put", "patch", "delete"), "refuse")),
    _single("ServiceProviderConfig", ServiceProviderConfigViewSet, {"get": "retrieve"}),
    re_path(r"^.*$", UnknownRouteView.as_view(), name="unknown"),
]
