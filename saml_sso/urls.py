"""Routes of :mod:`saml_sso`: one prefix for each tenant."""

from __future__ import annotations

from django.urls import path

from saml_sso.views.logout import leave, logout
from saml_sso.views.metadata import metadata
from saml_sso.views.replacing import replace
from saml_sso.views.sign_on import again, finish, sign_on

urlpatterns = [
    path("<slug:slug>/", sign_on, name="saml-sign-on"),
    # Typed without its slash: a redirect would lose the posted response, and the reason with it.
    path("<slug:slug>", sign_on, name="saml-sign-on-without-slash"),
    path("<slug:slug>/metadata", metadata, name="saml-metadata"),
    path("<slug:slug>/logout", logout, name="saml-logout"),
    path("<slug:slug>/leave/<str:request_id>", leave, name="saml-leave"),
    path("<slug:slug>/again/<str:digest>", again, name="saml-again"),
    path("<slug:slug>/replace/<str:request_id>", replace, name="saml-replace"),
    path("<slug:slug>/finish/<str:request_id>", finish, name="saml-finish"),
]
