"""What pages tell people after they did something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin, messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.cache import SessionStore
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.tenancy.scoping import tenant_scope
from console.base.sites import platform_site
from scim.services import SourceOptions, create_source
from tests.support.html_forms import what_is_sent
from tests.support.scim import enable_scim

if TYPE_CHECKING:
    from typing import Any

    from django.test import Client, RequestFactory

    from accounts.models import Tenant, User

ADDRESS = "bob@acme.example"


@pytest.mark.parametrize("site", [admin.site, platform_site], ids=lambda site: site.name)
def test_a_message_that_begins_with_an_address_keeps_its_case(
    rf: RequestFactory, acme: Tenant, alice: User, olga: User, site: Any
) -> None:
    request = rf.get("/")
    request.user = alice if site is admin.site else olga
    request.session = SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    messages.success(request, f"{ADDRESS} is invited.")

    with tenant_scope(acme):
        context = {**site.each_context(request), "is_popup": False}
        answer = TemplateResponse(request, "admin/base_site.html", context).render()

    assert f">{ADDRESS} is invited.<" in answer.content.decode()


@pytest.mark.django_db
def test_the_first_token_ends_no_others_and_the_next_one_does(
    acme: Tenant, console: Client
) -> None:
    enable_scim(acme)
    with tenant_scope(acme):
        source = create_source(options=SourceOptions(name="Workday"))
    url = reverse("console:scim_source_authorization", args=[source.pk])

    told = []
    for _time in range(2):
        form = what_is_sent(console.get(url).content.decode(), "version")
        page = console.post(url, {**form, "regenerate": "1"}, follow=True).content.decode()
        told.append(re.findall(r"There is a new SCIM token\.[^<]*", page))

    assert told == [
        ["There is a new SCIM token."],
        ["There is a new SCIM token. Every earlier one is dead."],
    ]
