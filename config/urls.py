"""URL routes: one ``include`` per surface."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("scim/v2/", include("scim.urls")),
    path("saml/", include("saml_sso.urls")),
    path("", include("accounts.urls")),
]
