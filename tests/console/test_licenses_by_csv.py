"""Licences by CSV: look first, all or nothing, and refusals line by line."""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from accounts import csv_files
from accounts.csv_cells import harmless, unharmed
from accounts.csv_files import read_table
from accounts.models import ActionLine, AuditEntry, PeopleFile, Role, User
from accounts.services.roles import change_role
from accounts.services.users import delete_user
from accounts.tenancy.scoping import tenant_scope
from console.licences.file_columns import known_layout
from licenses import csv_import
from licenses.csv_import import Kind, Layout, planned
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, release_seat
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import text_of, what_is_sent
from tests.support.licence_file import apply_file, look_at_file, name_columns, press_apply

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

URL = "/console/licenses/csv/"


def upload(browser: Client, content: bytes) -> str:
    return str(look_at_file(browser, content).content.decode())


def apply(browser: Client, text: str) -> str:
    return str(apply_file(browser, text, follow=True).content.decode())


def post_unseen(browser: Client, text: str) -> str:
    """Press the button that no page has shown."""
    address = look_at_file(browser, text.encode()).request["PATH_INFO"]
    return str(browser.post(address, {}, follow=True).content.decode())


def lines_told(page: str) -> list[int]:
    """The lines that a page tells of, before or after they are done."""
    found = re.findall(r'data-label="Line" class="gh-once">(\d+)<|Line (\d+): ', page)
    return sorted({int(before or after) for before, after in found})


def seats_held(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return Seat.objects.filter(released=None).count()


def test_the_preview_changes_nothing_and_applying_does(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    text = "email,product\r\nBOB@acme.example,crm\r\n"

    page = upload(console, text.encode())
    assert "Apply 1 line" in page
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

    for page, first in (
        (upload(console, text.encode("utf-8-sig")), 3),
        (post_unseen(console, text), 3),
        (upload(console, f"sep=;\r\n{text}".encode("utf-16")), 4),
    ):
        assert "Nothing was changed" in page
        for words in ("nobody@acme.example", "no licence for “erp”", "The action “burn”"):
            assert words in page
        assert lines_told(page) == [first, first + 1, first + 2]
    assert seats_held(acme) == 0


def test_too_many_rows_for_the_seats_are_refused_together(
    console: Client, acme: Tenant, crm: Subscription
) -> None:
    names = [person(acme, name).user_name for name in ("Carol", "Dan", "Erin")]
    text = "email,product\n" + "".join(f"{name},crm\n" for name in names)

    page = upload(console, text.encode())

    assert "All 2 seats of CRM are taken" in page
    assert "erin@acme.example, crm" in page
    assert lines_told(page) == [4]
    assert seats_held(acme) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"email,product\n", "no lines"),
        (b"\xff\xfe\x00", "binary data"),
        (b"", "is empty"),
        (b'email,product\n"a,b\n', "a quotation mark is missing"),
        (b"email,product\n" + b"x" * (10 * 1024 * 1024), "longer than 10 MB"),
        (b"email,product\n" + b"a,b\n" * 50_001, "more than 50,000 lines"),
        (b'email,product\n"a\x00,b\n', "binary data"),
        (b"x," * 2_000_000, "The first line is longer than 100,000 characters"),
    ],
    ids=["no rows", "encoding", "empty", "quote", "long", "rows", "nul", "first line"],
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

    for words in ("(one of: crm)", "50,000 lines and 10 MB", "UTF-8", "assign or release"):
        assert words in page


def test_the_lines_of_a_file_with_problems_are_filtered_and_taken_away(
    console: Client, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(
        console, b"email,product\nbob@acme.example,crm\n=nobody@acme.example,crm\n"
    )
    told = press_apply(console, looked, follow=True)
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

    for words in ("Stays as it is", "They have this licence already.", "do not have this licence"):
        assert words in page
    assert "Apply 1 line" in page
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

    assert "There is nothing to do." in page
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

    again = press_apply(console, looked)

    said = "Nothing was done: it would be other than this page showed. Look again."
    assert said in text_of(again)
    assert seats_held(acme) == before
    press_apply(console, again)
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

    again = press_apply(console, looked)

    said = "Nothing was done: it would be other than this page showed. Look again."
    assert said in text_of(again)
    assert seats_held(acme) == 0
    press_apply(console, again)
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
    assert lines_told(page) == [3]
    assert seats_held(acme) == 0


def test_a_file_that_no_page_has_shown_is_shown(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    page = post_unseen(console, f"email,product\n{bob.email},crm\n")

    assert "Look again." in page
    assert "Apply 1 line" in page
    assert seats_held(acme) == 0


def test_the_button_that_is_pressed_twice_begins_once(
    console: Client, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n".encode())

    addresses = {press_apply(console, looked).headers["Location"] for _ in range(2)}

    assert len(addresses) == 1


@pytest.mark.parametrize(
    ("titles", "fields"),
    [
        (["email", "product", "action"], ["person", "licence", "action"]),
        (["E-Mail-Adresse", "Lizenz", "Aktion"], ["person", "licence", "action"]),
        (["User name", "Vorname", "Licence"], ["person", "", "licence"]),
        (["Correo", "Licencia", "Acción"], ["person", "licence", "action"]),
        (["email", "product", "Email"], None),
        (["email", "product", "action", "Action"], None),
        (["email", "city"], None),
        (["name", "product"], None),
    ],
)
def test_titles_that_leave_nothing_to_ask_need_no_click(
    titles: list[str], fields: list[str] | None
) -> None:
    found = known_layout(titles)

    assert (found and found["fields"]) == fields


def test_columns_are_chosen_by_click(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    text = f"wer,was,ort\n{bob.email},crm,=cmd|' /C calc'!A1\n".encode()
    asked = look_at_file(console, text)

    assert "Which column is what?" in text_of(asked)
    assert "=cmd|&#x27; /C calc&#x27;!A1" in text_of(asked)
    looked = name_columns(console, asked, **{"column-0": "person", "column-1": "licence"})
    assert "Apply 1 line" in text_of(looked)
    press_apply(console, looked)

    assert seats_held(acme) == 1
    again = what_is_sent(look_at_file(console, text).content.decode(), "column-0")
    assert (again["column-0"], again["column-1"]) == (["person"], ["licence"])


def test_what_no_column_says_is_chosen_for_all_lines(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    kim = person(acme, "Kim")
    text = f"email\n{bob.email}\n{kim.email}\n".encode()
    assert "No column is the licence." in text_of(
        name_columns(console, look_at_file(console, text))
    )

    looked = name_columns(console, look_at_file(console, text), same_licence=crm.pk)
    press_apply(console, looked)
    assert seats_held(acme) == 2

    chosen = {"same_licence": crm.pk, "same_action": "release"}
    press_apply(console, name_columns(console, look_at_file(console, text), **chosen))
    assert seats_held(acme) == 0


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"column-0": ""}, "No column is the person."),
        ({"column-1": ""}, "No column is the licence."),
        ({"column-2": "person"}, "Two columns are Person."),
        ({"column-2": "role"}, "not one of the available choices"),
        ({"same_licence": "0"}, "not one of the available choices"),
        ({"same_licence": "crm"}, "not one of the available choices"),
        ({"same_licence": "of another"}, "not one of the available choices"),
        ({"column-2": "action", "same_action": "release"}, "A column says this."),
    ],
)
def test_columns_that_make_no_sense_are_refused(
    console: Client, globex: Tenant, crm: Subscription, chosen: dict[str, str], words: str
) -> None:
    with tenant_scope(globex):
        theirs = Subscription.objects.create(product=crm.product, seats=2)
    chosen = {name: str(theirs.pk) if " " in it else it for name, it in chosen.items()}
    asked = look_at_file(console, b"email,product,x\nbob@acme.example,crm,y\n")
    address = f"{asked.request['PATH_INFO']}columns/"

    assert words in text_of(name_columns(console, console.get(address), **chosen))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_a_file_is_read_as_spreadsheets_write_it(
    console: Client, acme: Tenant, crm: Subscription, encoding: str
) -> None:
    person(acme, "J\u00f6rg")

    apply_file_of = look_at_file(
        console, "E-Mail;Licence\nj\u00f6rg@acme.example;crm\n".encode(encoding)
    )
    press_apply(console, apply_file_of)

    assert seats_held(acme) == 1


def test_wrong_columns_are_told_and_can_be_changed(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    text = f"email,product\ncrm,{bob.email}\n".encode()
    looked = look_at_file(console, text)
    assert "Nobody here has the address" in text_of(looked)
    asked = console.get(f"{looked.request['PATH_INFO']}columns/")

    better = name_columns(console, asked, **{"column-0": "licence", "column-1": "person"})

    assert "Apply 1 line" in text_of(better)


def test_a_problem_that_came_after_the_look_is_told_and_recorded(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    kim = person(acme, "Kim")
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n{kim.email},crm\n".encode())
    with tenant_scope(acme):
        delete_user(user=User.objects.get(pk=kim.pk))

    told = press_apply(console, looked, follow=True)

    assert "Nothing was changed: 1 line of the file has a problem." in text_of(told)
    assert lines_told(told.content.decode()) == [3]
    assert seats_held(acme) == 0
    with tenant_scope(acme):
        assert AuditEntry.objects.get(action="license.refused").details["by"] == "CSV"
        assert ActionLine.objects.filter(outcome="").count() == 0


def test_a_problem_that_came_after_the_look_is_told_once_however_often_one_presses(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    kim = person(acme, "Kim")
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n{kim.email},crm\n".encode())
    with tenant_scope(acme):
        delete_user(user=User.objects.get(pk=kim.pk))

    addresses = {press_apply(console, looked).headers.get("Location") for _ in range(2)}

    assert len(addresses) == 1
    assert None not in addresses
    with tenant_scope(acme):
        assert AuditEntry.objects.filter(action="license.refused").count() == 1


@pytest.mark.parametrize("asked", ["p=-1", "p=x", f"p={'9' * 40}"])
def test_what_is_no_page_is_not_asked(
    console: Client, bob: User, crm: Subscription, asked: str
) -> None:
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n".encode())

    refused = console.get(f"{looked.request['PATH_INFO']}?{asked}")

    assert refused.status_code == HTTPStatus.BAD_REQUEST


def test_a_page_that_is_not_there_is_the_last(
    console: Client, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n".encode())

    shown = text_of(console.get(looked.request["PATH_INFO"], {"p": "77"}))

    assert bob.email in shown
    assert "No line is like this" not in shown


def test_a_file_is_sealed_and_gone_once_it_is_applied(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n".encode())
    with tenant_scope(acme):
        assert b"acme.example" not in bytes(PeopleFile.objects.get().content)

    press_apply(console, looked)

    with tenant_scope(acme):
        assert not PeopleFile.objects.exists()
    gone = console.get(looked.request["PATH_INFO"])
    assert gone.status_code == 404
    assert "This file is not kept any more" in text_of(gone)


def test_files_of_others_and_of_another_kind_are_nobodys(
    console: Client, acme: Tenant, other_console: Client, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(console, f"email,product\n{bob.email},crm\n".encode())
    address = looked.request["PATH_INFO"]
    sent = what_is_sent(looked.content.decode(), "seen")
    colleague, editor = person(acme, "Bea"), person(acme, "Eddy")
    with tenant_scope(acme):
        change_role(user=colleague, role=Role.ADMIN)
        change_role(user=editor, role=Role.EDITOR)

    for browser in (other_console, signed_in(colleague), signed_in(editor)):
        for url in (address, f"{address}columns/"):
            for answer in (browser.get(url), browser.post(url, sent)):
                assert answer.status_code == 404
    for url in (address, f"{address}columns/"):
        of_people = url.replace("/licenses/csv/", "/people/import/")
        assert console.get(of_people).status_code == 404
    assert seats_held(acme) == 0


def test_editors_give_licences_by_a_file(acme: Tenant, bob: User, crm: Subscription) -> None:
    editor = person(acme, "Eddy")
    with tenant_scope(acme):
        change_role(user=editor, role=Role.EDITOR)

    apply_file(signed_in(editor), f"email,product\n{bob.email},crm\n")

    assert seats_held(acme) == 1


@pytest.mark.parametrize(("lines", "portions"), [(1, 1), (10, 1), (11, 2), (30, 3)])
def test_a_look_takes_three_statements_for_each_portion_of_lines(  # noqa: PLR0913, PLR0917
    acme: Tenant,
    crm: Subscription,
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
    lines: int,
    portions: int,
) -> None:
    rows = "".join(f"{each.user_name},crm\nj\u00f6rg{each.pk},crm\n" for each in crowd(acme, lines))
    table = read_table(f"email,product\n{rows}")
    with tenant_scope(acme):
        Subscription.objects.update(seats=100)
    monkeypatch.setattr(csv_import, "PORTION", 20)

    with tenant_scope(acme), django_assert_num_queries(2 + 3 * portions):
        steps = list(planned(table, Layout(fields=["person", "licence"])))

    assert [step.kind for step in steps] == [Kind.ASSIGN, Kind.REFUSED] * lines


def test_fifty_thousand_lines_are_looked_at(
    console: Client, acme: Tenant, bob: User, crm: Subscription
) -> None:
    lines = "".join(f"x{number}@acme.example,crm\n" for number in range(49_999))

    looked = look_at_file(console, f"email,product\n{bob.email},crm\n{lines}".encode())

    assert "Nothing was changed: 49999 lines of the file have a problem." in text_of(looked)
    assert len(lines_told(looked.content.decode())) == 100


def test_a_million_lines_are_refused_without_reading_them(
    console: Client, crm: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    is_counted = csv_files._records

    def counting(text: str, delimiter: str) -> Any:
        for each in is_counted(text, delimiter):
            read.append(1)
            yield each

    monkeypatch.setattr(csv_files, "_records", counting)

    page = look_at_file(console, b"email,product\n" + b"a,b\n" * 1_000_000)

    assert "more than 50,000 lines" in text_of(page)
    assert len(read) < 51_000
