"""Licences by CSV: look first, all or nothing, and refusals line by line."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.csv_cells import harmless, unharmed
from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, release_seat
from tests.conftest import person
from tests.support.html_forms import text_of, what_is_sent
from tests.support.licence_file import apply_file, look_at_file

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

URL = "/console/licenses/csv/"


def upload(browser: Client, content: bytes) -> str:
    return str(look_at_file(browser, content).content.decode())


def apply(browser: Client, text: str) -> str:
    return str(apply_file(browser, text, follow=True).content.decode())


def post_unseen(browser: Client, text: str) -> str:
    """Post what no page has shown."""
    return str(browser.post(URL, {"content": text}, follow=True).content.decode())


def seats_held(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return Seat.objects.filter(released=None).count()


def test_the_preview_changes_nothing_and_applying_does(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    text = "email,product\r\nBOB@acme.example,crm\r\n"

    page = upload(console, text.encode())
    assert "Apply 1 row" in page
    assert seats_held(acme) == 0

    page = apply(console, text)
    assert "Done</dt><dd>1" in page
    assert "Line 2: BOB@acme.example, crm" in page
    assert seats_held(acme) == 1

    apply(console, "email,product,action\nbob@acme.example,crm,release")
    assert seats_held(acme) == 0


@pytest.mark.parametrize("written", ["Customer desk", "CUSTOMER DESK", "CRM", "Crm"])
def test_a_product_is_found_by_its_key_or_name_in_any_letter_case(
    console: Client, acme: Tenant, bob: User, crm: Subscription, written: str
) -> None:
    Product.objects.filter(key="crm").update(name="Customer desk")

    assert "Done</dt><dd>1" in apply(console, f"email,product\n{bob.email},{written}\n")
    assert seats_held(acme) == 1


def test_a_name_that_two_products_have_is_nobodys(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        other = Product.objects.create(key="desk", name="crm")
        Subscription.objects.create(product=other, seats=2)

    page = post_unseen(console, f"email,product\n{bob.email},CRM\n{bob.email},desk\n")
    assert "no licence for “CRM”. You have: crm, desk." in page
    assert seats_held(acme) == 0


def test_one_wrong_line_leaves_everything_as_it_was(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    text = (
        "email;product;action\nbob@acme.example;crm;\nnobody@acme.example;crm;\n"
        "bob@acme.example;erp;\nbob@acme.example;crm;burn\n"
    )

    for page in (
        upload(console, text.encode("utf-8-sig")),
        post_unseen(console, text),
    ):
        assert "Nothing was changed" in page
        for words in ("nobody@acme.example", "no licence for “erp”", "The action “burn”"):
            assert words in page
        for line in (3, 4, 5):
            assert f"Line {line}:" in page
        assert "Line 2:" not in page
    assert seats_held(acme) == 0


def test_too_many_rows_for_the_seats_are_refused_together(
    console: Client, acme: Tenant, crm: Subscription
) -> None:
    names = [person(acme, name).user_name for name in ("Carol", "Dan", "Erin")]
    text = "email,product\n" + "".join(f"{name},crm\n" for name in names)

    page = upload(console, text.encode())

    assert "All 2 seats of CRM are taken" in page
    assert "Line 4: erin@acme.example, crm" in page
    assert seats_held(acme) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,city\nBob,Ulm\n", "must name the columns"),
        (b"email,product\n", "no rows"),
        (b"\xff\xfe\x00", "it holds binary data"),
        (b"", "is empty"),
        (b'email,product\n"a,b\n', "a quotation mark is missing"),
        (b"email,product,Email\na,b,c\n", "Two columns are called “email”."),
        (b"email,product,action,action\na,b,assign,release\n", "columns are called “action”."),
        (b"email,product\n" + b"x" * (1024 * 1024), "longer than 1 MB"),
        (b"email,product\n" + b"a,b\n" * 2001, "more than 2000 rows"),
        (b'email,product\n"a\x00,b\n', "binary data"),
    ],
    ids=[
        *("columns", "no rows", "encoding", "empty", "quote", "twice", "action twice"),
        *("long", "rows", "nul"),
    ],
)
def test_an_unusable_file_is_explained(
    console: Client, crm: Subscription, content: bytes, words: str
) -> None:
    assert words in upload(console, content).lower() or words in upload(console, content)


def test_the_template_can_be_read_again(console: Client) -> None:
    assert console.get(f"{URL}template/").content.startswith(b"email,product")


FORMULAS = [*"=+-@", *"\uff1d\uff0b\uff0d\uff20"]


@pytest.mark.parametrize("begins", FORMULAS)
@pytest.mark.parametrize(
    ("before", "mark"),
    [
        *(("", "'"), ("  ", "'"), ("'", "'"), ("a;", ""), ("a; ", "")),
        *(("a\n", ""), ("a\r\n", ""), ("a\t", ""), ("a;'", "")),
    ],
)
def test_cells_that_spreadsheets_would_run_are_quoted(begins: str, before: str, mark: str) -> None:
    text = f"{before}{begins}1"
    made = harmless(text)

    # Whatever separates cells there, none of them begins like that.
    cells = [cell.lstrip(" ") for cell in re.split("[;\t\r\n]", made)]
    assert not any(cell.startswith(begins) for cell in cells)
    assert made.startswith(mark)
    assert unharmed(made) == text


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_cells_that_begin_with_a_separator_are_quoted(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert unharmed(harmless(text)) == text


def test_a_quoted_cell_is_read_as_it_was() -> None:
    for letters in product("'=-; \t\na\uff1d", repeat=5):
        written = "".join(letters)
        assert unharmed(harmless(written)) == written


def test_the_page_says_beforehand_what_a_file_may_hold(console: Client, crm: Subscription) -> None:
    page = console.get(URL).content.decode()

    for words in ("product (one of: crm)", "2000 rows and 1 MB", "UTF-8", "assign or release"):
        assert words in page


def test_the_lines_of_a_file_with_problems_are_filtered_and_taken_away(
    console: Client, bob: User, crm: Subscription
) -> None:
    file = SimpleUploadedFile(
        "licences.csv", b"email,product\nbob@acme.example,crm\n=nobody@acme.example,crm\n"
    )
    told = console.post(URL, {"file": file}, follow=True)
    address = told.request["PATH_INFO"]

    refused = told.content.decode()
    everything = console.get(address).content.decode()
    taken = console.get(address, {"outcome": "refused", "csv": "1"})

    assert "bob@acme.example, crm" in everything
    assert "bob@acme.example, crm" not in refused
    assert "Line 3: =nobody@acme.example, crm" in refused
    lines = b"".join(taken.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert lines[1].startswith('"Line 3: =nobody@acme.example, crm",Refused,')


def test_lines_that_stay_as_they_are_say_why(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    kim = person(acme, "Kim")
    with tenant_scope(acme):
        assign_seat(subscription=crm, user=bob)
    text = f"email,product,action\n{bob.email},crm,\n{kim.email},crm,release\n{kim.email},crm,\n"

    page = upload(console, text.encode())

    assert "Stays as it is: They have this licence already." in page
    assert "Stays as it is: They do not have this licence." in page
    assert "Apply 1 row" in page
    told = apply(console, text)
    assert "Done</dt><dd>1" in told
    assert "Passed over</dt><dd>2" in told
    assert "They have this licence already." in told


def test_a_file_with_nothing_to_do_says_so_and_has_no_button(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        assign_seat(subscription=crm, user=bob)

    page = upload(console, f"email,product\n{bob.email},crm\n".encode())

    assert "There is nothing to do: every line of the file is so already." in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("first", ["held", "free"])
def test_a_line_that_moved_after_the_look_has_nothing_done(
    console: Client, acme: Tenant, bob: User, crm: Subscription, first: str
) -> None:
    kim = person(acme, "Kim")
    if first == "held":
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=bob)
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n{kim.email},crm\n".encode())
    with tenant_scope(acme):
        (release_seat if first == "held" else assign_seat)(subscription=crm, user=bob)
    before = seats_held(acme)

    again = console.post(URL, what_is_sent(looked.content.decode(), "content"))

    said = "Nothing was done: it would be other than this page showed. Look again."
    assert said in text_of(again)
    assert seats_held(acme) == before
    console.post(URL, what_is_sent(again.content.decode(), "content"))
    assert seats_held(acme) == 2


def called(user: User, address: str) -> None:
    User.objects.filter(pk=user.pk).update(email=address, email_ci=address)


@pytest.mark.parametrize("what", ["address", "product"])
def test_what_means_another_one_after_the_look_has_nothing_done(
    console: Client, acme: Tenant, crm: Subscription, what: str
) -> None:
    kim, lee = person(acme, "Kim"), person(acme, "Lee")
    with tenant_scope(acme):
        desk = Product.objects.create(key="desk", name="Help desk")
        other = Subscription.objects.create(product=desk, seats=2)
        called(kim, "hot@acme.example")
    Product.objects.filter(key="crm").update(name="Customers")
    looked = look_at_file(console, b"email,product\nhot@acme.example,Customers\n")
    with tenant_scope(acme):
        if what == "address":
            called(kim, "")
            called(lee, "hot@acme.example")
    if what == "product":
        Product.objects.filter(key="crm").update(name="CRM")
        Product.objects.filter(key="desk").update(name="Customers")

    again = console.post(URL, what_is_sent(looked.content.decode(), "content"))

    said = "Nothing was done: it would be other than this page showed. Look again."
    assert said in text_of(again)
    assert seats_held(acme) == 0
    console.post(URL, what_is_sent(again.content.decode(), "content"))
    with tenant_scope(acme):
        held = Seat.objects.get(released=None)
    wanted = (lee.pk, crm.pk) if what == "address" else (kim.pk, other.pk)
    assert (held.user_id, held.subscription_id) == wanted


@pytest.mark.parametrize("actions", [("assign", "release"), ("release", "assign")])
def test_two_lines_that_say_the_opposite_change_nothing(
    console: Client, acme: Tenant, bob: User, crm: Subscription, actions: tuple[str, str]
) -> None:
    if actions[0] == "release":
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=bob)
    before = seats_held(acme)
    lines = [
        f"{name},crm,{action}"
        for name, action in zip((bob.email, bob.email.upper()), actions, strict=True)
    ]

    page = upload(console, "\n".join(["email,product,action", *lines]).encode())

    assert "Line 2 gives or releases this licence of the same person." in page
    assert seats_held(acme) == before


def test_a_line_with_more_values_than_titles_changes_nothing(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    page = upload(console, f"email,product\n{bob.email},crm,\n{bob.email},crm,release\n".encode())

    assert "The line has more values than the first line has titles." in page
    assert "Line 3:" in page
    assert "Line 2:" not in page
    assert seats_held(acme) == 0


def test_a_file_that_no_page_has_shown_is_shown(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    page = post_unseen(console, f"email,product\n{bob.email},crm\n")

    assert "Look again." in page
    assert "Apply 1 row" in page
    assert seats_held(acme) == 0


def test_the_button_that_is_pressed_twice_begins_once(
    console: Client, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n".encode())
    sent = what_is_sent(looked.content.decode(), "content")

    addresses = {console.post(URL, sent).headers["Location"] for _ in range(2)}

    assert len(addresses) == 1
