"""Whatever a form of both sites changes, the audit trail tells before and after, in words.

Pages and forms are read from the routes, fields from the forms, so that a new one is tried unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urljoin

import pytest
from django.urls import resolve

from accounts.models import AuditEntry
from accounts.posted_forms.shown import VERSION, shows_fields
from accounts.services.users import create_operator
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail.telling import Told, tell
from provisioning.services.applications import create_application
from scim.models import ExtensionAttribute, ExtensionSchema
from scim.services import SourceOptions, create_source
from tests.architecture.test_every_posting_form import Keys, keys, urls
from tests.conftest import PASSWORD, signed_in
from tests.console.test_trail_in_words import readable
from tests.saml_sso.conftest import idp
from tests.support.html_forms import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant, User

__all__ = ["idp", "keys"]  # Fixtures.

SWITCHES: Final = frozenset({"enable_saml", "enforce_saml", "enable_scim"})
"""Fields that have an action each: what it is called says what is so now."""
MEMBERSHIPS: Final = frozenset({"add_members", "remove_members", "profiles", "licenses"})
"""Fields that add to a set or take from it: an entry names who or what came or went."""


NOTHING_TO_SAVE: Final[dict[str, str]] = {
    "console:access_requests_accessrequest_change": "decides once, and is over then",
    "console:provisioning_conflict_change": "decides once, and is gone then",
    "console:provisioning_importrow_change": "decides once, and is gone then",
}
"""Forms that save nothing that anybody entered, and why."""


class Save(NamedTuple):
    """One field of a form that was changed and saved, and what the trail tells of it."""

    where: str
    field: str
    before: list[str]
    after: list[str]
    told: list[Told]


def saves(browser: Client, url: str) -> Iterator[Save]:
    """Change each field of each form of the page by itself; yield what was stored."""
    for number, form in enumerate(versioned(browser, url)):
        for field in form.others:
            old = dict(enumerate(versioned(browser, url))).get(number)
            if old is None or field not in old.others:
                continue
            with every_tenant():
                last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            sent = old.sent | {field: old.others[field], "_save": ["1"]}
            answer = browser.post(urljoin(url, old.action), sent)
            if answer.status_code != HTTPStatus.FOUND:
                continue  # Refused for a reason of its own, such as the last admin.
            now = dict(enumerate(versioned(browser, url))).get(number)
            if now is None or now.sent.get(field) == old.sent.get(field):
                continue  # Nothing that is stored, such as the name of somebody who joins.
            with every_tenant():
                written = list(AuditEntry.objects.filter(pk__gt=last).order_by("pk"))
                told = tell(written)
            after = now.sent.get(field, [""])
            yield Save(url, field, old.sent.get(field, [""]), after, told)


def versioned(browser: Client, url: str) -> list[Choice]:
    """Return the forms of the page into which something is entered."""
    answer: Any = browser.get(url)
    if answer.status_code != HTTPStatus.OK or "html" not in answer.headers["Content-Type"]:
        return []
    forms = choices(answer.content.decode())
    return [form for form in forms if shows_fields("".join(form.sent.get(VERSION, [])))]


def wrong(save: Save) -> str:
    """Return what the trail fails to say; empty if it tells before and after in words."""
    told = [change for each in save.told for change in each.changes]
    if not save.told:
        return "no entry"
    if not told and save.field not in MEMBERSHIPS | SWITCHES:
        return f"no before and after: {[each.sentence for each in save.told]}"
    if any(change.before == change.after for change in told):
        return f"before and after are the same: {told}"
    texts = [each.sentence for each in save.told] + [change.label for change in told]
    code = [readable(text) for text in texts if readable(text)]
    return f"code: {code}" if code else ""


@pytest.fixture
def rows(keys: Keys, acme: Tenant) -> Keys:
    """The keys of a row of every model, with content that its form accepts."""
    operator = create_operator(email="otto@gatehouse.example", password=PASSWORD)
    with tenant_scope(acme):
        ExtensionSchema.objects.update(urn="urn:example:specimen")
        ExtensionAttribute.objects.update(name="badge")
        source = create_source(options=SourceOptions(name="Okta"))
        application = create_application(catalogue_key="generic", name="Planner")
    keys["accounts_operator"] = [operator.pk]
    keys["scim_source"].append(source.pk)
    keys["provisioning_application"].append(application.pk)
    return keys


@pytest.mark.thorough
def test_every_form_tells_before_and_after(rows: Keys, alice: User, olga: User) -> None:
    browsers = [signed_in(alice), signed_in(olga)]
    done: dict[tuple[str, str], Save] = {}
    forms = set()
    for url in urls(rows):
        for browser in browsers:
            if any(form.others for form in versioned(browser, url)):
                forms.add(resolve(url).view_name)
            for save in saves(browser, url):
                done[save.where, save.field] = save

    found = {key: what for key, save in done.items() if (what := wrong(save))}
    assert found == {}, "\n".join(f"{key}: {what}" for key, what in found.items())
    assert (
        forms - {resolve(url).view_name for url, _field in done} - NOTHING_TO_SAVE.keys() == set()
    )
    assert len(done) > 40
