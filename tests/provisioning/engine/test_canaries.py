"""What an admin has stored to sign in at a target is shown by nothing, even where it says it back.

Every page, download, log row and mail of provisioning is searched for the secrets themselves.
"""

from __future__ import annotations

from contextvars import Context
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry, Job, Role
from accounts.services.users import UserFields, update_user
from provisioning.engine.runs import make_plan
from provisioning.engine.weekly import mail_what_is_stuck_at
from provisioning.models import Application, Exchange, Operation, Run
from provisioning.services.applications import create_application
from provisioning.services.assignments import set_assignments
from tests.conftest import person, signed_in
from tests.console.test_secrets_in_pages import reversed_with
from tests.provisioning.engine.conftest import join, opened, people
from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.provisioning.importing.conftest import imported
from tests.support.html_forms import submit, what_is_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import DirectoryGroup, Tenant
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked

TOKEN: Final = "canary-token/of-the-target+0815"
CLIENT_SECRET: Final = 'canary-secret "of" the client'
SHORT_LIVED: Final = "canary-access-token-for-an-hour"
SECRETS: Final = (TOKEN, CLIENT_SECRET, SHORT_LIVED)


def page(name: str, application: Application) -> str:
    return reverse(f"console:provisioning_application_{name}", args=[application.pk])


@pytest.fixture
def console(tenant: Tenant) -> Client:
    return signed_in(person(tenant, "Adele", Role.ADMIN))


def _made(name: str, staff: DirectoryGroup, console: Client, **typed: str) -> Application:
    made = create_application(catalogue_key="generic", name=name)
    set_assignments(application=made, groups=[staff], roles=[], profiles=[])
    answer = submit(console, page("connection", made), **typed)
    assert answer.status_code == HTTPStatus.FOUND
    Application.objects.filter(pk=made.pk).update(keeps_bodies=True)
    made.refresh_from_db()
    return made


def _test(console: Client, application: Application) -> Any:
    """Press *Test connection*; return the page that says what came of it."""
    shown = console.get(page("connection", application)).content.decode()
    return console.post(page("test", application), what_is_sent(shown, "version"), follow=True)


def _mail(engine: Engine) -> None:
    """Have the mails sent that wait."""
    for job in Job.objects.filter(state=Job.State.WAITING):
        Context().run(engine._do, job)


def _says_it_back(status: int, *known: str) -> Any:
    """Let a target answer what is changed there with all that it knows of us."""

    def before(asked: Asked) -> Answer | None:
        if asked.path == "/token":
            return 200, {"access_token": SHORT_LIVED, "expires_in": 3600}, {}
        if asked.method == "GET":
            return None
        told = " ".join(known)
        return status, {"detail": f"Bearer {told} is not ours.", "token": list(known)}, {}

    return before


def everything_stored(tenant: Tenant) -> str:
    models: list[Any] = [*apps.get_app_config("provisioning").get_models(), AuditEntry, Job]
    return "\n".join(repr(row) for model in models for row in model._default_manager.all().values())


def everything_shown(console: Client) -> str:
    """Return what every page and download of provisioning answers, with what is said meanwhile."""
    found = []
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label != "provisioning":
            continue
        keys = list(model._default_manager.values_list("pk", flat=True))
        for pattern in model_admin.get_urls():
            for url in reversed_with(f"console:{pattern.name}", keys):
                answer = console.get(url)
                chunks = answer if answer.streaming else [answer.content]
                found.append(b"".join(chunks).decode(errors="replace"))
                found += [str(each) for each in get_messages(answer.wsgi_request)]
    assert len(found) > 50
    return "\n".join(found)


def everything_mailed() -> str:
    told: list[str] = []
    for letter in mail.outbox:
        told += [str(letter.subject), str(letter.body)]
        told += [str(each[0]) for each in getattr(letter, "alternatives", ())]
    return "\n".join(told)


def is_shown_by(text: str) -> list[str]:
    """Return the secrets that a text has, as they are or as pages and JSON write them."""
    spelled = {
        secret: {secret, secret.replace('"', "&quot;"), secret.replace('"', '\\"')}
        for secret in SECRETS
    }
    return [secret for secret, ways in spelled.items() if any(way in text for way in ways)]


@pytest.fixture
def other() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


def test_no_secret_of_an_application_is_shown_anywhere(  # noqa: PLR0913, PLR0917 - fixtures
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake, other: Fake, console: Client
) -> None:
    fake.before = _says_it_back(400, TOKEN)
    other.before = _says_it_back(400, CLIENT_SECRET, SHORT_LIVED)
    ann, ben = people("ann", "ben")
    join(staff, [ann])
    bearer = _made("Planner", staff, console, base_url=fake.base_url, token=TOKEN)
    client = _made(
        "Team chat",
        staff,
        console,
        base_url=other.base_url,
        sign_in="oauth",
        oauth_url=f"{other.base_url}/token",
        client_id="us",
        client_secret=CLIENT_SECRET,
    )
    for application in (bearer, client):
        _test(console, application)
        opened(engine, application)
        imported(engine, application)
    assert Operation.objects.filter(state="quarantined").count() >= 2
    asked = [each for each in other.asked if each.path == "/token"]
    assert asked

    fake.before = _says_it_back(401, TOKEN)
    other.before = _says_it_back(401, CLIENT_SECRET, SHORT_LIVED)
    update_user(user=ann, values=UserFields(user_name=ann.user_name, display_name="A."))
    join(staff, [ben])
    engine.work()
    make_plan(application=bearer)
    engine.work()
    mail_what_is_stuck_at(tenant=tenant)
    _mail(engine)
    bearer.refresh_from_db()
    assert bearer.quarantined_at is not None
    assert Exchange.objects.exclude(sealed="").exists()
    assert Run.objects.exists()
    assert mail.outbox

    assert is_shown_by(everything_stored(tenant)) == []
    assert is_shown_by(everything_mailed()) == []
    assert is_shown_by(everything_shown(console)) == []
    for exchange in Exchange.objects.exclude(sealed="")[:20]:
        url = reverse("console:provisioning_operation_reveal", args=[exchange.operation_id])
        detail = reverse("console:provisioning_operation_change", args=[exchange.operation_id])
        sent = what_is_sent(console.get(detail).content.decode(), "version")
        answer = console.post(url, sent, follow=True)
        assert is_shown_by(answer.content.decode()) == []


def test_a_token_url_that_says_the_secret_back_is_not_repeated(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake, console: Client
) -> None:
    fake.before = lambda asked: (
        (400, {"error": "invalid_client", "error_description": f"not {CLIENT_SECRET}"}, {})
        if asked.path == "/token"
        else None
    )
    application = _made(
        "Team chat",
        staff,
        console,
        base_url=fake.base_url,
        sign_in="oauth",
        oauth_url=f"{fake.base_url}/token",
        client_id="us",
        client_secret=CLIENT_SECRET,
    )
    said = _test(console, application)

    assert is_shown_by(said.content.decode()) == []
    assert is_shown_by(everything_stored(tenant)) == []
