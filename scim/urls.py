"""Routes of the SCIM endpoints; a slash at the end is tolerated everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, re_path

from scim.views.discovery import (
    ResourceTypeViewSet,
    SchemaViewSet,
    ServiceProviderConfigViewSet,
)
from scim.views.unknown import UnknownRouteView
from scim.views.users import UserViewSet

if TYPE_CHECKING:
    from scim.views.base import SCIMViewSet
    from scim.views.resources import ResourceViewSet

app_name = "scim"

_COLLECTION = {"get": "list", "post": "create"}
_RESOURCE = {"get": "retrieve", "put": "replace", "patch": "modify", "delete": "remove"}


def _resource_routes(name: str, viewset: type[ResourceViewSet]) -> list[URLPattern]:
    return [
        re_path(rf"^{name}/?$", viewset.as_view(_COLLECTION), name=f"{name}-list"),
        re_path(
            rf"^{name}/\.search/?$", viewset.as_view({"post": "search"}), name=f"{name}-search"
        ),
        re_path(
            rf"^{name}/(?P<resource_id>[^/]+)/?$", viewset.as_view(_RESOURCE), name=f"{name}-detail"
        ),
    ]


def _read_only_routes(name: str, viewset: Any) -> list[URLPattern]:
    return [
        re_path(rf"^{name}/?$", viewset.as_view({"get": "list"}), name=f"{name}-list"),
        re_path(
            rf"^{name}/(?P<resource_id>[^/]+)/?$",
            viewset.as_view({"get": "retrieve"}),
            name=f"{name}-detail",
        ),
    ]


def _single(name: str, viewset: type[SCIMViewSet], actions: dict[str, str]) -> URLPattern:
    return re_path(rf"^{name}/?$", viewset.as_view(actions), name=name)


urlpatterns: list[URLPattern] = [
    *_resource_routes("Users", UserViewSet),
    *_read_only_routes("Schemas", SchemaViewSet),
    *_read_only_routes("ResourceTypes", ResourceTypeViewSet),
    _single("ServiceProviderConfig", ServiceProviderConfigViewSet, {"get": "retrieve"}),
    re_path(r"^.*$", UnknownRouteView.as_view(), name="unknown"),
]
