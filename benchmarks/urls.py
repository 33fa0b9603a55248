"""The product's routes, and beside them those it is measured against."""

from __future__ import annotations

from django.urls import include, path

from benchmarks import bare_saml, floor
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product

# django-scim2 insists on the name "scim" for its own routes.
urlpatterns = [
    path("scim/v2/", include("scim.urls", namespace="gatehouse-scim")),
    path("peer/", include("django_scim.urls", namespace="scim")),
    path("floor/Users", floor.collection),
    path("floor/Users/<uuid:user_id>", floor.resource),
    path("floor/Groups/<uuid:group_id>", floor.group),
    path("floor/saml/", bare_saml.consume),
    *product,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
