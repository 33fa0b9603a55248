"""*Appearance*: given, looked at, then used; by admins, for their own tenant, as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.brands.logos import read_logo
from accounts.models import AuditEntry, Brand, Role
from accounts.services.brands import change_brand
from accounts.tenancy.scoping import tenant_scope
from tests.accounts.test_brands import REFUSED, picture
from tests.conftest import person, signed_in
from tests.support.html_forms import what_is_sent

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant, User

PAGE = "/console/advanced/appearance/"
PREVIEW = f"{PAGE}preview/"


def file(data: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


def look_of(tenant: Tenant) -> tuple[str, bool] | None:
    with tenant_scope(tenant):
        row = Brand.objects.first()
    return None if row is None else (row.colour, row.logo is not None)


def use(browser: Client) -> Any:
    shown = browser.get(PREVIEW).content.decode()
    return browser.post(PREVIEW, what_is_sent(shown, "version"), follow=True)


def test_a_look_is_shown_before_it_is_used(acme: Tenant, console: Client) -> None:
    shown = console.post(PAGE, {"logo": file(picture()), "colour": "#FFFF00"}, follow=True)

    assert look_of(acme) is None
    page = shown.content.decode()
    assert "#ffff00" in page
    assert "#737300" in page
    assert console.get(f"{PAGE}preview.png")["Content-Type"] == "image/png"

    answer = use(console)

    assert "Saved." in answer.content.decode()
    assert look_of(acme) == ("#ffff00", True)
    assert console.get(f"{PAGE}preview.png").status_code == 404


def test_a_logo_stays_while_the_colour_changes_and_goes_when_it_is_told_to(
    acme: Tenant, console: Client
) -> None:
    console.post(PAGE, {"logo": file(picture()), "colour": ""})
    use(console)
    console.post(PAGE, {"colour": "#123456"})
    use(console)
    assert look_of(acme) == ("#123456", True)

    console.post(PAGE, {"colour": "", "remove_logo": "on"})
    use(console)
    assert look_of(acme) == ("", False)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_logo_is_refused_and_nothing_is_half_done(
    acme: Tenant, console: Client, name: str
) -> None:
    answer = console.post(PAGE, {"logo": file(REFUSED[name]()), "colour": "#123456"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing was saved" in page
    assert 'value="#123456"' in page
    assert look_of(acme) is None
    assert console.get(PREVIEW).status_code == 302


@pytest.mark.parametrize(
    "colour",
    [
        "red",
        "#12345",
        "#1234567",
        "123456",
        "#gggggg",
        "url(x)",
        "#12345;",
        "#\u0661\u0661\u0661\u0661\u0661\u0661",
    ],
)
def test_what_is_no_colour_is_refused(acme: Tenant, console: Client, colour: str) -> None:
    answer = console.post(PAGE, {"colour": colour})

    assert answer.status_code == 200
    assert "Nothing was saved" in answer.content.decode()
    assert console.get(PREVIEW).status_code == 302


def test_a_red_is_warned_of_and_can_be_used(acme: Tenant, console: Client) -> None:
    answer = console.post(PAGE, {"colour": "#c0392b"}, follow=True)

    assert "looks like deletion" in answer.content.decode()
    use(console)
    assert look_of(acme) == ("#c0392b", False)


class TestAnOldTab:
    def test_does_not_use_what_another_tab_has_put_in_place_of_what_it_showed(
        self, acme: Tenant, console: Client
    ) -> None:
        console.post(PAGE, {"colour": "#111111"})
        first = what_is_sent(console.get(PREVIEW).content.decode(), "version")
        console.post(PAGE, {"colour": "#222222"})

        console.post(PREVIEW, first)

        assert look_of(acme) is None

    def test_does_not_undo_what_a_colleague_has_used_meanwhile(
        self, acme: Tenant, console: Client
    ) -> None:
        console.post(PAGE, {"colour": "#111111"})
        form = what_is_sent(console.get(PREVIEW).content.decode(), "version")
        with tenant_scope(acme):
            change_brand(tenant=acme, colour="#333333", logo=read_logo(picture()))

        answer = console.post(PREVIEW, form, follow=True)

        assert look_of(acme) == ("#333333", True)
        assert "#333333" in answer.content.decode()

    def test_sent_twice_is_done_once(self, acme: Tenant, console: Client) -> None:
        console.post(PAGE, {"colour": "#111111"})
        form = what_is_sent(console.get(PREVIEW).content.decode(), "version")

        answers = [console.post(PREVIEW, form) for _twice in range(2)]

        assert [answer.status_code for answer in answers] == [302, 302]
        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="brand.changed").count() == 1

    def test_without_what_it_showed_nothing_is_used(self, acme: Tenant, console: Client) -> None:
        console.post(PAGE, {"colour": "#111111"})

        console.post(PREVIEW, {"version": "made up"})

        assert look_of(acme) is None


def test_another_tenants_admin_changes_and_sees_their_own_only(
    acme: Tenant, console: Client, globex: Tenant, grace: User
) -> None:
    console.post(PAGE, {"logo": file(picture()), "colour": "#111111"})
    use(console)
    other = signed_in(grace)

    assert "#111111" not in other.get(PAGE).content.decode()
    assert other.get(PREVIEW).status_code == 302
    other.post(PAGE, {"colour": "#222222"})
    use(other)

    assert look_of(acme) == ("#111111", True)
    assert look_of(globex) == ("#222222", False)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_but_an_admin_changes_it(acme: Tenant, role: Role) -> None:
    browser = signed_in(person(acme, "Pat", role))

    for path in (PAGE, PREVIEW, f"{PAGE}preview.png"):
        assert browser.get(path).status_code == 403
        assert browser.post(path, {"colour": "#111111"}).status_code == 403


def test_a_change_is_told_in_words(acme: Tenant, console: Client) -> None:
    console.post(PAGE, {"logo": file(picture()), "colour": "#111111"})
    use(console)

    trail = console.get("/console/accounts/auditentry/").content.decode()

    assert "changed how" in trail
    assert "#111111" in trail
