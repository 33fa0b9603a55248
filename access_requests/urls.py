"""Routes of :mod:`access_requests`, below those of the account."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from access_requests import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/requests/new/", views.AskView.as_view(), name="ask-for-access"),
    path("account/requests/<int:number>/withdraw/", views.withdraw, name="withdraw-request"),
]
