"""Mail to addresses that no mail can have: whoever else is told is told all the same."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.utils import timezone
from typing_extensions import override

from access_requests.deciding import refuse_request
from access_requests.ending import warn_of_end
from access_requests.lapsing import lapse_request
from access_requests.models import AccessRequest
from access_requests.telling import tell_who_decides
from access_reviews.models import AccessReview
from access_reviews.services.telling import tell_starter
from accounts.jobs import queueing
from accounts.letters import Action, Letter
from accounts.models import AccessProfile, Job, Role, User
from accounts.services.expiry import warn_of_endings
from accounts.services.mails import send_letter_to
from accounts.services.notices import notify_admins
from accounts.services.users import UserFields, create_user
from accounts.signing_in.invitations import invite_user, mail_invitation_to
from accounts.signing_in.password_reset_mail import mail_password_links
from accounts.tenancy.scoping import tenant_scope
from scim.models import BearerToken
from tests.conftest import PASSWORD, do_at_once, person
from tests.support.packages import PACKAGES
from tests.support.scim import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import Settings

    from accounts.models import Tenant

ROOT = Path(__file__).parents[2]
DOORS = {
    "accounts/mail.py": "the one through which it leaves",
    "accounts/smtp_backend.py": "limits the time of the one that sends it",
    "operations/installation/machine.py": "asks whether the mail server answers",
}
NAMES = (
    *("a,b@x.example", "ab,cd", "x@y@z", '"', "a;b", "a:b", "bob@x..y", "bob@", "@x", "[x]@y"),
    *("(c)@x.example", f"bob@{'y' * 100}.example"),
)
"""User names that are allowed and that no server takes."""
ADDRESSES = (*NAMES, "ask at the desk, please", "Eve, x <eve@x.example>")
"""What an identity provider may send as e-mail address."""


class StrictBackend(EmailBackend):
    """Keeps mail in memory, and refuses what Django's SMTP backend refuses."""

    @override
    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            for address in message.recipients():
                sanitize_address(address, "utf-8")
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _strict(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_mail.StrictBackend"


@pytest.fixture
def soon(acme: Tenant) -> Tenant:
    """Acme, whose SCIM token expires soon."""
    connect(acme)
    with tenant_scope(acme):
        BearerToken.objects.update(expires=timezone.now() + timedelta(days=5))
    acme.refresh_from_db()
    return acme


def _invite(tenant: Tenant) -> None:
    for user in User.objects.order_by("pk"):
        invite_user(user=user)


def _notify(tenant: Tenant) -> None:
    page = Action("Look", "https://gatehouse.example/")
    letter = Letter(subject=f"{tenant.name} was changed", says=("Look.",), action=page)
    notify_admins(tenant=tenant, letter=letter)


def _warn(tenant: Tenant) -> None:
    assert warn_of_endings(tenant=tenant) == 1


def _reset(tenant: Tenant) -> None:
    for user in User.objects.order_by("pk"):
        mail_password_links.work(address=user.mail_address, language="en")


def _ask(tenant: Tenant) -> None:
    _request(tenant, create_user(values=UserFields(user_name="asker@acme.example")))
    assert tell_who_decides() == 1


def _refuse(tenant: Tenant) -> None:
    profile = AccessProfile.objects.get(is_default=True)
    asked = [_request(tenant, user, profile=profile) for user in User.objects.order_by("pk")]
    decider = create_user(values=UserFields(user_name="decider@acme.example"), role=Role.ADMIN)
    for request in asked:
        refuse_request(request=request, decider=decider, answer="Not now.")


def _warn_of_end(tenant: Tenant) -> None:
    for user in User.objects.order_by("pk"):
        request = _request(tenant, user)
        request.state, request.until = AccessRequest.State.GRANTED, timezone.localdate()
        request.save()
        assert warn_of_end(request=request)


def _lapse(tenant: Tenant) -> None:
    for user in User.objects.order_by("pk"):
        assert lapse_request(request=_request(tenant, user))


def _request(tenant: Tenant, user: User, profile: AccessProfile | None = None) -> AccessRequest:
    """Return an open request for a profile, or else for something that is gone."""
    return AccessRequest.objects.create(
        user=user, profile=profile, thing=tenant.name, reason="For my work."
    )


def _tell_starters(tenant: Tenant) -> None:
    for user in User.objects.order_by("pk"):
        tell_starter(
            AccessReview.objects.create(
                name=tenant.name,
                state=AccessReview.State.APPLIED,
                undecided=AccessReview.Undecided.KEEP,
                starter=user.pk,
                due=timezone.localdate(),
            )
        )


MAILS: dict[str, Callable[[Tenant], None]] = {
    "access_requests/deciding.py": _refuse,
    "access_requests/ending.py": _warn_of_end,
    "access_requests/lapsing.py": _lapse,
    "access_requests/telling.py": _ask,
    "access_reviews/services/telling.py": _tell_starters,
    "accounts/signing_in/invitations.py": _invite,
    "accounts/services/notices.py": _notify,
    "accounts/services/expiry.py": _warn,
    "accounts/signing_in/password_reset_mail.py": _reset,
}
"""What sends the mails of each module."""


def imports(path: Path) -> set[str]:
    """Return the full names that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{each.name}" for each in node.names}
    return found


def importers(name: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(each.startswith(name) for each in imports(path))
    }


def test_mail_leaves_through_one_door() -> None:
    assert importers("django.core.mail") == set(DOORS)


def test_what_uses_the_door_is_tried() -> None:
    by_jobs = importers("accounts.services.mails.") - {"accounts/tasks.py"}

    # What sends a mail that somebody else made: the letters of now, and the texts of earlier.
    senders = {"accounts/services/mails.py", "accounts/signing_in/earlier_mails.py"}

    assert (importers("accounts.mail.") - senders) | by_jobs == set(MAILS)


@pytest.mark.parametrize("module", MAILS)
@pytest.mark.parametrize(
    "names",
    [(name, "") for name in NAMES] + [("eve@acme.example", address) for address in ADDRESSES],
)
def test_who_cannot_be_mailed_keeps_no_mail_from_others(
    soon: Tenant,
    module: str,
    names: tuple[str, str],
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    user_name, email = names
    with tenant_scope(soon):
        create_user(
            values=UserFields(user_name=user_name, email=email),
            role=Role.ADMIN,
            password=PASSWORD,
        )
    person(soon, "Alice", Role.ADMIN)

    with django_capture_on_commit_callbacks(execute=True), tenant_scope(soon), transaction.atomic():
        MAILS[module](soon)

    assert [mail.to for mail in mailoutbox] == [["alice@acme.example"]]


QUEUED = (send_letter_to.name, mail_invitation_to.name)
"""The kinds of jobs that are queued with the text of a mail."""


@pytest.mark.parametrize("module", MAILS.keys() - {"accounts/signing_in/password_reset_mail.py"})
class TestEveryMailByAJob:
    def test_is_queued_with_what_causes_it_and_with_nothing_that_can_be_read(
        self,
        soon: Tenant,
        module: str,
        mailoutbox: list[EmailMessage],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        person(soon, "Alice", Role.ADMIN)
        left: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, **_lock: left.append(job))

        with tenant_scope(soon):
            MAILS[module](soon)
            [waiting] = Job.objects.filter(kind__in=QUEUED).values()
        assert not mailoutbox
        assert "alice@acme.example" not in str(waiting)
        assert "/link/" not in str(waiting)

        do_at_once(left[0], lock=None)

        (sent,) = mailoutbox
        with tenant_scope(soon):
            [done] = Job.objects.filter(kind__in=QUEUED).values()
        assert (done["state"], done["sealed"]) == (Job.State.DONE, "")
        assert sent.to == ["alice@acme.example"]

    def test_is_not_sent_when_its_cause_is_undone(
        self, soon: Tenant, module: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person(soon, "Alice", Role.ADMIN)
        monkeypatch.setattr(queueing, "hand_over", lambda _job, **_lock: None)

        with tenant_scope(soon), transaction.atomic():
            MAILS[module](soon)
            assert Job.objects.exists()
            transaction.set_rollback(True)

        with tenant_scope(soon):
            assert not Job.objects.exists()


@pytest.mark.parametrize("module", MAILS)
def test_a_name_over_two_lines_adds_no_header(
    soon: Tenant,
    module: str,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    soon.name = "Acme\r\nBcc: eve@x.example"
    soon.save()
    person(soon, "Alice", Role.ADMIN)

    with django_capture_on_commit_callbacks(execute=True), tenant_scope(soon), transaction.atomic():
        MAILS[module](soon)

    (mail,) = mailoutbox
    assert "Acme Bcc: eve@x.example" in mail.subject
    assert mail.recipients() == ["alice@acme.example"]
