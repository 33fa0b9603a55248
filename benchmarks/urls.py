"""The product's routes, and beside them those it is measured against."""

from __future__ import annotations

from django.urls import include, path

from benchmarks import bare_saml, floor, saml_floor
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product

# Below /scim/v2/, so that all of them pass by what only browsers need.  django-scim2 insists on
# the name "scim" for its own routes.
urlpatterns = [
    path("scim/v2/peer/", include("django_scim.urls", namespace="scim")),
    path("scim/v2/floor/Users", floor.collection),
    path("scim/v2/floor/Users/<uuid:user_id>", floor.resource),
    path("scim/v2/floor/Groups/<uuid:group_id>", floor.group),
    path("scim/v2/", include("scim.urls", namespace="gatehouse-scim")),
    path("saml-library/", bare_saml.consume),
    path("saml-peer/", bare_saml.sign_in),
    path("saml-judging/", saml_floor.judge),
    path("saml-storing/", saml_floor.store),
    *product,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
