"""*Applications*: set up in steps, and every page of one that is."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.tenancy.scoping import tenant_scope
from console.applications.parts import PARTS
from provisioning.models import Application
from provisioning.services.applications import create_application
from tests.support.html_forms import submit, text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant


def page(name: str, *args: object) -> str:
    return reverse(f"console:provisioning_application_{name}", args=args)


@pytest.fixture
def slack(acme: Tenant) -> Application:
    with tenant_scope(acme):
        return create_application(catalogue_key="generic", name="Slack")


class TestSettingUp:
    def test_from_the_catalogue_to_the_connection(self, acme: Tenant, console: Client) -> None:
        found = text_of(console.get(page("catalogue"), {"q": "insightly"}))
        assert "Insightly" in found
        assert "AWS" not in found

        added = submit(console, f"{page('add')}?entry=insightly", field="name", name="Team chat")

        with tenant_scope(acme):
            made = Application.objects.get()
        assert (made.name, made.catalogue_key) == ("Team chat", "insightly")
        assert added.headers["Location"] == page("connection", made.pk)

    @pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
    def test_every_step_opens(self, slack: Application, console: Client, part: object) -> None:
        answer = console.get(page(part.name, slack.pk))  # type: ignore[attr-defined]

        assert answer.status_code == HTTPStatus.OK
        assert "Set up Slack" in text_of(answer)


class TestEveryPage:
    @pytest.mark.parametrize(
        "name",
        [
            *("change", "settings", "connection", "user_mapping", "group_mapping", "scope"),
            *("switches", "roles", "leaving", "plan", "held", "mapping_history", "one_person"),
            *("delete", "history"),
        ],
    )
    def test_it_opens(self, slack: Application, console: Client, name: str) -> None:
        assert console.get(page(name, slack.pk)).status_code == HTTPStatus.OK

    def test_the_list_names_it(self, slack: Application, console: Client) -> None:
        assert "Slack" in text_of(console.get(page("changelist")))
