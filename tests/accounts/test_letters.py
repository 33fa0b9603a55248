"""Every kind of mail, as text and as HTML: the same words, one page to open, no foreign markup."""

from __future__ import annotations

import ast
import email
import importlib
import re
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from access_requests.deciding import refuse_request
from access_requests.models import AccessRequest
from access_requests.telling import tell_who_decides
from access_reviews.models import AccessReview, ReviewedThing, ReviewLine
from access_reviews.services.telling import (
    remind_reviewers,
    tell_heir,
    tell_reviewers,
    tell_starter,
)
from accounts.brands.logos import read_logo
from accounts.models import HeldChange, Role, User
from accounts.services.brands import change_brand
from accounts.services.expiry import warn_of_endings
from accounts.services.held_letters import held_letter, reminder_letter
from accounts.services.notices import notify_admins
from accounts.services.profiles import create_profile
from accounts.signing_in.emergency import begin_emergency_session
from accounts.signing_in.invitations import invite_user
from accounts.signing_in.password_reset_mail import mail_password_links
from accounts.signing_in.sessions import SessionStore
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from licenses.letters import end_letter, seats_letter
from licenses.models import Product, SeatCount, Subscription
from provisioning.engine.letters import kept_letter
from provisioning.engine.quarantine import quarantine_application
from provisioning.engine.weekly import mail_what_is_stuck_at
from provisioning.models import Application, Link
from saml_sso.models import SetUpLink
from saml_sso.services.differences import Difference
from saml_sso.services.letters import change_waits, token_was_made, trust_has_changed
from saml_sso.services.set_up_links import make_set_up_link
from scim.models import BearerToken
from tests.accounts.test_brands import picture
from tests.conftest import PASSWORD, person, signed_in
from tests.support.packages import PACKAGES
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage as Parsed

    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from accounts.letters import Letter
    from accounts.models import Tenant

lxml_html: Any = importlib.import_module("lxml.html")
ROOT = Path(__file__).parents[2]
HOSTILE: Final = '<script>alert(1)</script>\r\nBcc: eve@x.example\r\n\r\n"><img src=x>'
FOUND = [Difference("IdP entity ID", f"https://old.example/{HOSTILE}", "https://new.example/")]


def _emergency(alice: User) -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
    request.session = SessionStore()
    request.user = alice
    begin_emergency_session(request=request, user=alice, method="recovery_code")


def _expiry(alice: User) -> None:
    assert alice.tenant is not None
    assert warn_of_endings(tenant=alice.tenant) == 1


def _break_glass(alice: User) -> None:
    call_command("break_glass", "acme", "--admin-email", alice.user_name)


def _of_saml(write: Callable[..., Any], *found: Any) -> Callable[[User], None]:
    def send(alice: User) -> None:
        assert alice.tenant is not None
        notify_admins(tenant=alice.tenant, letter=write(alice.tenant, *found))

    return send


def _of_seats(write: Callable[[Tenant, SeatCount], Any]) -> Callable[[User], None]:
    def send(alice: User) -> None:
        assert alice.tenant is not None
        product = Product.objects.create(key="hostile", name=HOSTILE)
        subscription = Subscription.objects.create(product=product, seats=3)
        count = SeatCount.objects.create(
            subscription=subscription, day=timezone.localdate(), bought=3, used=3, waiting=2
        )
        notify_admins(tenant=alice.tenant, letter=write(alice.tenant, count))

    return send


def _quarantine(alice: User) -> None:
    application = Application.objects.create(
        name=HOSTILE[:200], tenant=alice.tenant, base_url="https://app.example/scim/v2"
    )
    quarantine_application(application=application, reason=f"It said: {HOSTILE}")


def _stuck(alice: User) -> None:
    assert alice.tenant is not None
    now = timezone.now()
    application = Application.objects.create(
        name=HOSTILE[:200], tenant=alice.tenant, first_plan_sent_at=now, quarantined_at=now
    )
    Link.objects.create(application=application, kind="User", object_id="1", quarantined_at=now)
    assert mail_what_is_stuck_at(tenant=alice.tenant) == 1


def _kept(alice: User) -> None:
    assert alice.tenant is not None
    application = Application.objects.create(
        name=HOSTILE[:200], tenant=alice.tenant, base_url="https://app.example/scim/v2"
    )
    letter = kept_letter(application, name=HOSTILE, reason=f"It said: {HOSTILE}")
    notify_admins(tenant=alice.tenant, letter=letter)


def _asked(alice: User) -> None:
    assert alice.tenant is not None
    dan = person(alice.tenant, "Dan")
    User.objects.filter(pk=dan.pk).update(display_name=HOSTILE)
    AccessRequest.objects.create(user=dan, thing=HOSTILE[:200], reason=HOSTILE)
    assert tell_who_decides() == 1


def _refused(alice: User) -> None:
    assert alice.tenant is not None
    profile = create_profile(name="Data")
    asked = AccessRequest.objects.create(
        user=alice, profile=profile, thing=HOSTILE[:200], reason=HOSTILE
    )
    carol = person(alice.tenant, "Carol", Role.CHANGE_REQUEST_MANAGER)
    refuse_request(request=asked, decider=carol, answer=HOSTILE)


def _held(letter: Callable[[HeldChange], Letter]) -> Callable[[User], None]:
    def send(alice: User) -> None:
        assert alice.tenant is not None
        change = HeldChange.objects.create(source_id=1, source_name=HOSTILE[:200])
        notify_admins(tenant=alice.tenant, letter=letter(change))

    return send


def _invite(alice: User) -> None:
    with audit.acting_as(alice.user_name):
        invite_user(user=alice)


def _forget(alice: User) -> None:
    mail_password_links.work(address=alice.mail_address, language="en")


def _of_review(tell: Callable[[AccessReview], object]) -> Callable[[User], None]:
    def send(alice: User) -> None:
        review = AccessReview.objects.create(
            name=HOSTILE[:200],
            state=AccessReview.State.RUNNING,
            undecided=AccessReview.Undecided.REVOKE,
            starter=alice.pk,
            due=timezone.localdate(),
        )
        thing = ReviewedThing.objects.create(
            review=review, kind=ReviewedThing.Kind.ROLE, key=Role.EDITOR, name=HOSTILE[:300]
        )
        ReviewLine.objects.create(
            review=review,
            thing=thing,
            person=uuid4(),
            reviewer=alice.pk,
            why=ReviewLine.Why.HAND,
            suggestion=ReviewLine.Suggestion.KEEP,
        )
        tell(review)

    return send


KINDS: Final[dict[str, Callable[[User], None]]] = {
    "access_requests/letters.py:_to_person": _refused,
    "access_requests/letters.py:asked_letter": _asked,
    "access_reviews/services/telling.py:_asked": _of_review(tell_reviewers),
    "access_reviews/services/telling.py:_carried_out": _of_review(tell_starter),
    "access_reviews/services/telling.py:_passed_on": _of_review(
        lambda review: tell_heir(review, heir=review.starter, lines=3)
    ),
    "access_reviews/services/telling.py:_reminder": _of_review(
        lambda review: remind_reviewers(review, days=1)
    ),
    "accounts/signing_in/break_glass.py:make_break_glass_link": _break_glass,
    "accounts/services/expiry.py:_letter": _expiry,
    "accounts/services/held_letters.py:held_letter": _held(held_letter),
    "accounts/services/held_letters.py:reminder_letter": _held(
        lambda change: reminder_letter(change, people=2)
    ),
    "accounts/signing_in/emergency.py:begin_emergency_session": _emergency,
    "accounts/signing_in/invitations.py:invite_user": _invite,
    "accounts/signing_in/password_reset_mail.py:_letter": _forget,
    "licenses/letters.py:end_letter": _of_seats(
        lambda tenant, count: end_letter(tenant=tenant, count=count, days=7)
    ),
    "licenses/letters.py:seats_letter": _of_seats(
        lambda tenant, count: seats_letter(tenant=tenant, count=count, level=100)
    ),
    "provisioning/engine/letters.py:kept_letter": _kept,
    "provisioning/engine/letters.py:quarantine_letter": _quarantine,
    "provisioning/engine/letters.py:weekly_letter": _stuck,
    "saml_sso/services/letters.py:change_waits": _of_saml(change_waits, FOUND),
    "saml_sso/services/letters.py:token_was_made": _of_saml(token_was_made),
    "saml_sso/services/letters.py:trust_has_changed": _of_saml(trust_has_changed, FOUND),
}
"""What writes each letter, and what has it sent."""


def writers() -> set[str]:
    """Return every function of the product that writes a letter."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and any(
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and call.func.id == "Letter"
                    for call in ast.walk(node)
                ):
                    found.add(f"{path.relative_to(ROOT)}:{node.name}")
    return found


def test_every_letter_is_tried() -> None:
    assert writers() == set(KINDS)


@pytest.fixture
def hostile(acme: Tenant) -> User:
    """The admin of a company; both are called what would break a page, or a header."""
    acme.name = f"Acme {HOSTILE}"
    acme.save()
    connect(acme)
    acme.refresh_from_db()
    alice = person(acme, "Alice", Role.ADMIN)
    with tenant_scope(acme):
        BearerToken.objects.update(expires=timezone.now() + timedelta(days=5))
        User.objects.filter(pk=alice.pk).update(display_name=HOSTILE, given_name=HOSTILE)
        change_brand(tenant=acme, colour="#86295f", logo=read_logo(picture()))
        alice.refresh_from_db()
    alice.tenant = acme
    return alice


@pytest.fixture
def sent(
    request: pytest.FixtureRequest,
    hostile: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Parsed:
    """The one mail of a kind, as it travels."""
    assert hostile.tenant is not None
    with (
        django_capture_on_commit_callbacks(execute=True),
        tenant_scope(hostile.tenant),
        transaction.atomic(),
    ):
        KINDS[request.param](hostile)
    (message,) = mailoutbox
    return email.message_from_bytes(message.message().as_bytes(), policy=policy.default)


def parts(mail: Parsed) -> tuple[str, str]:
    text = mail.get_body(preferencelist=("plain",))
    html = mail.get_body(preferencelist=("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("sent", KINDS, indirect=True)
class TestEveryKindOfMail:
    def test_has_a_text_and_the_same_as_html(self, sent: Parsed) -> None:
        text, html = parts(sent)
        body = lxml_html.fromstring(html)
        shown = words(body.find("body").text_content())

        for line in text.splitlines():
            label, _colon, value = line.strip().partition(":")
            assert words(line.strip().removesuffix(":")) in shown or (
                label in {"before", "now"} and words(value) in shown
            )
        assert sent["Subject"] in shown
        assert body.findtext(".//title") == sent["Subject"]

    def test_opens_one_page_of_ours_and_loads_nothing(self, sent: Parsed) -> None:
        text, html = parts(sent)
        body = lxml_html.fromstring(html)
        links = {link.get("href") for link in body.iter("a")}

        assert len(links) == 1
        [link] = links
        assert link.startswith("http://127.0.0.1:8000/")
        assert re.findall(r"^https?://127\S+$", text, re.MULTILINE) == [link]
        sources = {each.get("src") for each in body.iter("img", "script", "iframe", "link")}
        assert sources == {"cid:logo"}
        assert not list(body.iter("form", "script", "link"))
        assert "url(" not in html

    def test_carries_the_logo_with_it(self, sent: Parsed) -> None:
        [image] = [part for part in sent.walk() if part.get_content_type() == "image/png"]

        assert image["Content-ID"] == "<logo>"
        assert image.get_content_disposition() == "inline"
        assert "#86295f" in parts(sent)[1]

    def test_says_who_gets_it_and_of_which_company(self, sent: Parsed) -> None:
        text, html = parts(sent)

        assert "You get this" in text
        assert "You get this" in html
        assert "Acme" in text

    def test_has_no_header_and_no_markup_of_anybodys_name(self, sent: Parsed) -> None:
        _text, html = parts(sent)

        assert sent.get_all("Bcc") is None
        assert sent.get_all("To") == ["alice@acme.example"]
        assert "<script" not in html
        assert "<img src=x" not in html
        assert "\n" not in sent["Subject"]


NAMED: Final = {
    "Sign out everywhere": "accounts/signing_in/emergency.py:begin_emergency_session",
    "Log": "saml_sso/services/letters.py:trust_has_changed",
    "Revoke": "saml_sso/services/letters.py:token_was_made",
    "Regenerate": "saml_sso/services/letters.py:token_was_made",
}
"""Controls and pages that mails name, between quotation marks, and which mail."""


@pytest.mark.parametrize("sent", KINDS, indirect=True)
def test_what_a_mail_tells_to_press_is_on_a_page(
    request: pytest.FixtureRequest, sent: Parsed, shown: set[str]
) -> None:
    kind = request.node.callspec.params["sent"]
    text, _html = parts(sent)

    named = set(re.findall("“([^”]+)”", words(text)))

    assert named == {name for name, mail in NAMED.items() if mail == kind}
    assert named <= shown


@pytest.fixture
def shown(acme: Tenant) -> set[str]:
    """Every button and link of the pages that an admin is sent to by mail."""
    browser = signed_in(person(acme, "Ada", Role.ADMIN))
    bob = person(acme, "Bob")
    with tenant_scope(acme):
        make_set_up_link(tenant=acme, purpose=SetUpLink.Purpose.SAML, days=1)
    pages = (
        reverse("console:saml-and-scim"),
        reverse("console:accounts_user_change", args=[bob.pk]),
    )
    found = set()
    for page in pages:
        document = lxml_html.fromstring(browser.get(page).content.decode())
        found |= {words(each.text_content()) for each in document.xpath("//button | //a")}
    return found


def test_without_a_brand_a_mail_has_our_colour_and_no_picture(
    acme: Tenant, mailoutbox: list[EmailMessage], alice: User
) -> None:
    _forget(alice)

    parsed = email.message_from_bytes(mailoutbox[0].message().as_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in parsed.walk()] == [
        *("multipart/alternative", "text/plain", "text/html"),
    ]
    assert "#3449c4" in parts(parsed)[1]


def test_an_operators_mail_is_nobody_elses(
    acme: Tenant, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    with tenant_scope(acme):
        change_brand(tenant=acme, colour="#86295f", logo=read_logo(picture()))

    mail_password_links.work(address=olga.mail_address, language="en")

    assert "#86295f" not in str(mailoutbox[0].message())
    assert mailoutbox[0].subject == "Choose a new password for Gatehouse"
    assert PASSWORD not in str(mailoutbox[0].message())
