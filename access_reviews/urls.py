"""Routes of :mod:`access_reviews`, below the account page."""

from __future__ import annotations

from django.urls import path

from access_reviews import views

urlpatterns = [
    path("<uuid:review_id>/", views.OwnLinesView.as_view(), name="account-review"),
]
