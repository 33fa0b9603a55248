"""URL routes: one ``include`` per surface."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from console.base.sites import platform_site
from console.saml_and_scim.set_up import set_up
from console.saml_and_scim.set_up_trial import begin_test, follow_test, tested
from operations.requests.security_contact import security_txt

urlpatterns = [
    path("scim/v2/", include("scim.urls")),
    path("saml/", include("saml_sso.urls")),
    path("set-up/<slug:slug>/tested/<secret:test>/", tested, name="set-up-tested"),
    path("set-up/<slug:slug>/<secret:secret>/", set_up, name="set-up"),
    path("set-up/<slug:slug>/<secret:secret>/test/", begin_test, name="set-up-test"),
    path("set-up/<slug:slug>/<secret:secret>/progress/", follow_test, name="set-up-progress"),
    path(".well-known/security.txt", security_txt),
    path("console/", admin.site.urls),
    path("platform/", platform_site.urls),
    path("account/reviews/", include("access_reviews.urls")),
    path("", include("access_requests.urls")),
    path("", include("accounts.urls")),
]

handler400 = "operations.requests.errors.bad_request"
handler403 = "operations.requests.errors.permission_denied"
handler404 = "operations.requests.errors.not_found"
handler500 = "operations.requests.outages.server_error"
