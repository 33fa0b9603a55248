"""A credential goes to the host that it was given for, and to no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from provisioning.client.credentials import Bearer, ClientCredentials
from provisioning.engine.dialects import CONFIG, remember
from provisioning.models import Application, SignIn
from provisioning.services.applications import create_application
from provisioning.services.connections import Connection, change_connection
from provisioning.services.credentials import credential_of

if TYPE_CHECKING:
    from accounts.models import Tenant

BEARER = Connection(base_url="https://planner.example/scim/v2", token="an opaque token")
OAUTH = Connection(
    base_url="https://planner.example/scim/v2",
    sign_in=SignIn.OAUTH,
    token_url="https://login.example/token",
    client_id="gatehouse",
    client_secret="an opaque secret",
)


@pytest.fixture
def planner(in_acme: Tenant) -> Application:
    return create_application(catalogue_key="generic", name="Planner")


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def test_client_credentials_are_kept_while_their_hosts_are(planner: Application) -> None:
    change_connection(application=planner, connection=OAUTH)
    other = replace(OAUTH, token_url="https://login.example/other", client_secret="")
    change_connection(application=planner, connection=other)

    assert credential_of(stored(planner)) == ClientCredentials(
        token_url="https://login.example/other",
        client_id="gatehouse",
        client_secret="an opaque secret",
        scope="",
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(OAUTH, token_url="https://login.elsewhere.example/token", client_secret=""),
        replace(OAUTH, base_url="https://elsewhere.example/scim/v2", client_secret=""),
        replace(OAUTH, token_url="http://login.example/token", client_secret=""),
        replace(OAUTH, token_url="https://login.example:8443/token", client_secret=""),
    ],
    ids=["token URL", "base URL", "scheme", "port"],
)
def test_another_host_of_either_address_voids_a_client_secret(
    planner: Application, elsewhere: Connection
) -> None:
    change_connection(application=planner, connection=OAUTH)
    change_connection(application=planner, connection=elsewhere)

    assert stored(planner).client_secret == ""


def test_a_move_voids_what_was_stored_since_it_was_read(planner: Application) -> None:
    change_connection(application=planner, connection=replace(BEARER, token=""))
    read_before = stored(planner)
    change_connection(application=planner, connection=BEARER)
    moved = replace(BEARER, base_url="https://elsewhere.example/scim/v2", token="")
    change_connection(application=read_before, connection=moved)

    assert stored(planner).token == ""


def test_a_credential_that_comes_with_the_new_host_stays(planner: Application) -> None:
    change_connection(application=planner, connection=BEARER)
    moved = replace(BEARER, base_url="https://elsewhere.example/scim/v2", token="theirs")
    change_connection(application=planner, connection=moved)

    assert credential_of(stored(planner)) == Bearer("theirs")


def test_what_one_host_has_shown_is_not_believed_of_another(planner: Application) -> None:
    change_connection(application=planner, connection=BEARER)
    remember(planner, CONFIG, {"patch": {"supported": False}})
    change_connection(application=planner, connection=replace(BEARER, scope_text="all"))
    assert stored(planner).learned == {CONFIG: {"patch": {"supported": False}}}

    moved = replace(BEARER, base_url="https://elsewhere.example/scim/v2")
    change_connection(application=planner, connection=moved)
    assert stored(planner).learned == {}


@pytest.mark.parametrize(("token", "is_paused"), [("", True), ("theirs", False)])
def test_an_application_that_sends_waits_for_the_credential_of_the_new_host(
    planner: Application, token: str, *, is_paused: bool
) -> None:
    change_connection(application=planner, connection=BEARER)
    planner.first_plan_sent_at = timezone.now()
    planner.save()
    moved = replace(BEARER, base_url="https://elsewhere.example/scim/v2", token=token)
    change_connection(application=planner, connection=moved)

    assert stored(planner).is_paused is is_paused
    assert bool(stored(planner).paused_reason) is is_paused
