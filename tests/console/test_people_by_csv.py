"""Import of people by CSV: upload, columns, a look at what would happen, and a job that does it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.csv_files import read_table
from accounts.jobs import queueing
from accounts.models import (
    ActionLine,
    AuditEntry,
    FileLayout,
    Job,
    OneTimeLink,
    PeopleFile,
    Role,
    Tenant,
    User,
)
from accounts.services import people_files, users
from accounts.services.roles import change_role
from accounts.tenancy.scoping import tenant_scope
from console.people_files import by_file
from licenses.models import Seat
from scim.people_files import planning
from scim.people_files.fields import FIELDS, guessed
from tests.conftest import crowd, do_at_once, person, signed_in
from tests.support.html_forms import read_forms, text_of, what_is_sent
from tests.support.people_file import (
    IMPORT_PAGE,
    import_people,
    look_at_people,
    press_import,
    upload_people,
)

if TYPE_CHECKING:
    from django.test import Client

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
HR = "E-Mail;Vorname;Nachname;Abteilung;Schuhgröße\nzoe@acme.example;Zoë;Groß;Einkauf;38\n"


def found(tenant: Tenant, **conditions: Any) -> User | None:
    with tenant_scope(tenant):
        return User.objects.filter(**conditions).first()


def people(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return User.objects.count()


def entries(tenant: Tenant, action: str) -> list[AuditEntry]:
    with tenant_scope(tenant):
        return list(AuditEntry.objects.filter(action=action).order_by("pk"))


def tiles(page: Any) -> dict[str, int]:
    """The figures of a page, by what stands over them."""
    pairs = re.findall(
        r'gh-tile__label">.*?</span>([^<]+)</span><span class="gh-tile__figure">([\d,]+)',
        text_of(page),
    )
    return {label.strip(): int(figure.replace(",", "")) for label, figure in pairs}


class TestAFile:
    @pytest.mark.parametrize(
        "content",
        [
            HR.encode(),
            HR.encode("utf-8-sig"),
            f"sep=;\r\n{HR}".encode("utf-8-sig"),
            f'"SEP=;"\n{HR}'.encode(),
            HR.encode("utf-16"),
            HR.encode("utf-16-le"),
            HR.encode("cp1252"),
            HR.replace(";", ",").encode(),
            HR.replace(";", "\t").encode("utf-16-be"),
            HR.replace("\n", "\r\n").encode(),
            HR.replace("Einkauf", '"Einkauf"').replace("Schuhgröße", '"Schuh\ngröße"').encode(),
            HR.replace(";", ", ").replace("Schuhgröße", '"Schuh, größe"').encode(),
        ],
        ids=[
            *("utf-8", "mark", "separator", "separator-quoted"),
            *("utf-16", "no-mark", "cp1252", "comma", "tab", "crlf", "quoted"),
            "blanks",
        ],
    )
    def test_is_read_as_spreadsheets_write_it(
        self, console: Client, acme: Tenant, content: bytes
    ) -> None:
        told = text_of(import_people(console, content))

        assert "Done</dt><dd>1" in told
        made = found(acme, user_name="zoe@acme.example")
        assert made is not None
        assert (made.given_name, made.family_name) == ("Zoë", "Groß")
        assert made.attributes[ENTERPRISE] == {"department": "Einkauf"}

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"\n\n", "empty"),
            (b"zoe@acme.example,Zoe\n", "must name the columns"),
            (b"email,name\n", "no lines below"),
            (b"email,name\n,\n", "no lines below"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
            (b"email\nzoe\x00@acme.example\n", "binary data"),
            (b'email,name\n"zoe@acme.example,Zoe\n', "Line 2 cannot be read"),
            (b'email,name\nzoe@acme.example,"Z"o"e"\n', "Line 2 cannot be read"),
            (b"email\n" + b"x@y.example\n" * 50_001, "more than 50,000 lines"),
            (b"email\n" + b"x" * (10 * 1024 * 1024), "longer than 10 MB"),
            (b"email\n" + b"x" * 200_000, "Line 2 cannot be read"),
            (b",".join(b"c%d" % n for n in range(101)) + b"\nx\n", "more than 100 columns"),
        ],
        ids=[
            *("empty", "blank", "no-header", "no-lines", "empty-lines", "binary", "nul"),
            *("quote", "quotes within", "lines", "bytes", "cell", "columns"),
        ],
    )
    def test_that_cannot_be_used_is_explained(
        self, console: Client, acme: Tenant, content: bytes, words: str
    ) -> None:
        page = text_of(upload_people(console, content))

        assert words in page
        with tenant_scope(acme):
            assert not PeopleFile.objects.exists()

    @pytest.mark.parametrize(
        ("above", "sign"), [("sep=;", ";"), ("sep=,", ","), ("sep=\t", "\t"), ("sep=|", "|")]
    )
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_that_says_its_separator_is_read_with_it(self, above: str, sign: str, end: str) -> None:
        """Also where another one would fit as well; lines are counted as they are in the file."""
        lines = [above, sign.join(["E-Mail", "a,b;c"]), "", sign.join(["z@x.example", "d,e;f"])]
        if sign in ",;":
            lines = [line.replace("a,b;c", "a").replace("d,e;f", "d") for line in lines]

        table = read_table(end.join(lines))

        assert table.titles[0] == "E-Mail"
        assert len(table.titles) == 2
        assert [(row.number, row.cells[0]) for row in table.rows()] == [(4, "z@x.example")]

    def test_is_sealed_and_gone_once_it_is_imported(self, console: Client, acme: Tenant) -> None:
        looked = look_at_people(console, HR)
        with tenant_scope(acme):
            kept = PeopleFile.objects.get()
        assert b"acme.example" not in bytes(kept.content)

        press_import(console, looked)

        with tenant_scope(acme):
            assert not PeopleFile.objects.exists()
            assert bytes(ActionLine.objects.get().sealed) == b""

    def test_goes_after_a_day_and_with_its_owner(
        self, console: Client, acme: Tenant, alice: User
    ) -> None:
        upload_people(console, HR)
        with tenant_scope(acme):
            PeopleFile.objects.update(created=timezone.now() - people_files.KEPT)
        assert people_files.delete_old_files() == 1

        upload_people(console, HR)
        with tenant_scope(acme):
            change_role(user=person(acme, "Bea"), role=Role.ADMIN)
            users.delete_user(user=User.objects.get(pk=alice.pk))
            assert not PeopleFile.objects.exists()

    def test_gives_way_to_newer_ones_of_its_owner(self, console: Client, acme: Tenant) -> None:
        for _n in range(people_files.KEPT_OF_EACH + 2):
            upload_people(console, HR)

        with tenant_scope(acme):
            assert PeopleFile.objects.count() == people_files.KEPT_OF_EACH


class TestColumns:
    @pytest.mark.parametrize(
        ("titles", "fields"),
        [
            (["E-Mail-Adresse", "Vorname", "Nachname"], ["email", "given_name", "family_name"]),
            (["Adresse e-mail", "Prénom", "Nom"], ["email", "given_name", "family_name"]),
            (["Correo electrónico", "Nombre"], ["email", "given_name"]),
            (["Employee ID", "Job Title", "Dept."], ["employee_number", "title", "department"]),
            (["user_name", "display_name", "licences"], ["user_name", "display_name", ""]),
            (["userPrincipalName", "mail", "Mail"], ["user_name", "email", ""]),
        ],
    )
    def test_are_guessed_from_their_titles(self, titles: list[str], fields: list[str]) -> None:
        assert guessed(titles) == fields

    def test_are_shown_with_what_stands_in_them(self, console: Client) -> None:
        page = upload_people(console, HR.replace("38", "=cmd|' /C calc'!A1"))
        form = next(each for each in read_forms(page.content.decode()) if "match" in each.fields)

        assert [form.fields[f"column-{n}"] for n in range(5)] == [
            *("email", "given_name", "family_name", "department", "")
        ]
        assert form.fields["match"] == "email"
        assert "1 line, read as UTF-8" in text_of(page)
        for words in ("Schuhgröße", "Einkauf", "=cmd|&#x27; /C calc&#x27;!A1"):
            assert words in text_of(page)

    def test_offer_neither_a_role_nor_whether_somebody_is_active(self) -> None:
        assert not {"role", "active", "password", "manager"} & set(FIELDS)

    def test_are_remembered_for_the_next_file_with_these_titles(
        self, console: Client, other_console: Client
    ) -> None:
        look_at_people(console, HR, **{"column-4": "employee_number"})

        for browser, field in ((console, "employee_number"), (other_console, "")):
            page = upload_people(browser, HR.replace("zoe", "kim")).content.decode()
            assert what_is_sent(page, "match")["column-4"] == [field]

    @pytest.mark.parametrize(
        ("chosen", "words"),
        [
            ({"column-4": "given_name"}, "Two columns are Given name."),
            ({"match": "external_id"}, "No column is External id"),
            ({"column-0": ""}, "No column is E-mail address"),
            ({"column-1": "role"}, "not one of the available choices"),
            ({"match": "department"}, "not one of the available choices"),
        ],
    )
    def test_that_make_no_sense_are_refused(
        self, console: Client, acme: Tenant, chosen: dict[str, str], words: str
    ) -> None:
        assert words in text_of(look_at_people(console, HR, **chosen))
        with tenant_scope(acme):
            assert not FileLayout.objects.exists()


class TestALook:
    def test_says_what_would_happen_to_whom_and_changes_nothing(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        before = people(acme)
        looked = look_at_people(
            console,
            f"user name,family name,title\n{bob.user_name},Builder,\nnew@acme.example,New,Boss\n"
            f"{bob.user_name.upper()},Twice,\nalice@acme.example,,\n,Nobody,\nx\u200bx,x,\n",
        )

        page = text_of(looked)
        assert tiles(looked) == {"New": 1, "Changed": 1, "Unchanged": 1, "Refused": 3}
        assert "Line 2 has the same: User name." in page
        assert "User name is empty" in page
        assert "<ins><bdi>Builder</bdi></ins>" in page
        assert "Import 2 people" in page
        assert people(acme) == before

    def test_is_filtered_and_taken_away(self, console: Client, bob: User) -> None:
        looked = look_at_people(
            console, f"email,name\n{bob.email},=1+1\nnew@acme.example,N\nno address,x\n"
        )
        address = looked.request["PATH_INFO"]

        new = text_of(console.get(address, {"kind": "new"}))
        taken = console.get(address, {"csv": "1"})
        refused = console.get(address, {"csv": "1", "kind": "refused"})

        assert "new@acme.example" in new
        assert bob.user_name not in new
        lines = b"".join(taken.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 4
        assert all(not line.startswith("=") for line in lines)
        few = b"".join(refused.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert few[1].startswith("4,")
        assert "no e-mail address" in few[1]
        assert console.get(address, {"kind": "x"}).status_code == HTTPStatus.BAD_REQUEST

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("alice@acme.example,x,", "Somebody else has the user name"),
            ("x@acme.example," + "x" * 300 + ",", "Family name is longer than 255 characters"),
            ("x@acme.example,x,nowhere", "no e-mail address"),
            ("x\u200bx@acme.example,x,", "nobody sees"),
            ("x@acme.example,Doe, John,", "more values than the first line has titles"),
        ],
        ids=["taken", "long", "address", "invisible", "shifted"],
    )
    def test_refuses_what_cannot_be_kept(self, console: Client, line: str, words: str) -> None:
        looked = look_at_people(
            console,
            f"user name,family name,email,external id\n{line},7\n",
            match="external_id",
        )

        assert tiles(looked)["Refused"] == 1
        assert words in text_of(looked)

    def test_finds_people_by_the_column_that_was_chosen(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        with tenant_scope(acme):
            User.objects.filter(pk=bob.pk).update(external_id="4711")
        text = "external id,user name,email\n4711,robert@acme.example,robert@acme.example\n"

        import_people(console, text, match="external_id")

        renamed = found(acme, pk=bob.pk)
        assert renamed is not None
        assert (renamed.user_name, renamed.email) == ("robert@acme.example",) * 2

    def test_refuses_an_address_that_several_have(self, console: Client, acme: Tenant) -> None:
        with tenant_scope(acme):
            for name in ("one", "two"):
                values = users.UserFields(user_name=name, email="shared@acme.example")
                users.create_user(values=values)

        looked = look_at_people(console, "email,name\nshared@acme.example,S\n")

        assert "Several people have this" in text_of(looked)

    @pytest.mark.parametrize(("lines", "statements"), [(1, 1), (10, 1), (11, 2), (30, 3)])
    def test_takes_one_statement_for_each_portion_of_lines(
        self,
        acme: Tenant,
        django_assert_num_queries: Any,
        monkeypatch: pytest.MonkeyPatch,
        lines: int,
        statements: int,
    ) -> None:
        monkeypatch.setattr(planning, "PORTION", 10)
        rows = "".join(f"{each.user_name},X\n" for each in crowd(acme, lines))
        table = read_table(f"user name,family name\n{rows}")
        layout = planning.Layout(fields=["user_name", "family_name"], match="user_name")

        with tenant_scope(acme), django_assert_num_queries(statements):
            steps = list(planning.planned(table, layout))

        assert [step.kind for step in steps] == [planning.Kind.CHANGED] * lines


class TestAnImport:
    def test_makes_members_without_licence_and_password_and_writes_to_nobody(
        self, console: Client, acme: Tenant, mailoutbox: list[Any]
    ) -> None:
        told = import_people(console, HR)

        made = found(acme, user_name="zoe@acme.example")
        assert made is not None
        assert made.role == Role.MEMBER
        assert made.active
        assert not made.has_usable_password()
        assert mailoutbox == []
        assert f"/console/accounts/user/{made.pk}/" in told.content.decode()
        with tenant_scope(acme):
            assert not Seat.objects.exists()
            assert not OneTimeLink.objects.exists()
        assert [each.target_id for each in entries(acme, "user.created")][-1:] == [str(made.pk)]

    def test_invites_new_people_if_that_is_ticked(
        self, console: Client, acme: Tenant, bob: User, mailoutbox: list[Any]
    ) -> None:
        import_people(console, f"{HR}{bob.email};Bobby;;;\n", invites="on")

        assert [mail.to for mail in mailoutbox] == [["zoe@acme.example"]]

    def test_done_twice_has_nothing_to_do_the_second_time(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        text = f"email,family name,department,phone\n{bob.email},B,Ops,+49 1\nn@acme.example,N,,\n"
        import_people(console, text)
        before = len(entries(acme, "user.updated"))

        again = look_at_people(console, text)

        assert tiles(again) == {"New": 0, "Changed": 0, "Unchanged": 2, "Refused": 0}
        assert 'name="_save"' not in again.content.decode()
        assert "Passed over</dt><dd>2" in text_of(press_import(console, again, follow=True))
        assert len(entries(acme, "user.updated")) == before == 1

    def test_leaves_what_the_file_does_not_say(
        self, console: Client, acme: Tenant, bob: User
    ) -> None:
        with tenant_scope(acme):
            before = users.UserFields.of(User.objects.get(pk=bob.pk))

        import_people(console, f"email,given name,title\n{bob.email},,Boss\n")

        after = found(acme, pk=bob.pk)
        assert after is not None
        assert after.attributes == {**before.attributes, "title": "Boss"}
        assert (after.given_name, after.active) == (before.given_name, True)
        (entry,) = entries(acme, "user.updated")
        assert entry.details == {"changes": {"title": [None, "Boss"]}}

    def test_does_the_lines_beside_those_that_are_refused(
        self, console: Client, acme: Tenant
    ) -> None:
        told = text_of(import_people(console, f"{HR};Nobody;;;\n"))

        assert "Done</dt><dd>1" in told
        assert "Refused</dt><dd>1" in told
        assert [each.details["by"] for each in entries(acme, "people_file.refused")] == ["CSV"]

    def test_keeps_formulas_as_text_and_exports_them_harmless(
        self, console: Client, acme: Tenant
    ) -> None:
        import_people(console, 'email,name\nzoe@acme.example,"=HYPERLINK(""x"")"\n')

        made = found(acme, user_name="zoe@acme.example")
        assert made is not None
        assert made.display_name == '=HYPERLINK("x")'
        export = console.get("/console/accounts/user/export/")
        text = b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]
        assert "'=HYPERLINK" in text

    def test_of_an_export_has_nothing_to_do(self, console: Client, acme: Tenant) -> None:
        crowd(acme, 3)
        export = console.get("/console/accounts/user/export/")

        looked = look_at_people(console, b"".join(export.streaming_content))  # type: ignore[attr-defined]

        figures = tiles(looked)
        assert figures.pop("Unchanged") == people(acme)
        assert set(figures.values()) == {0}


class TestManaged:
    @pytest.fixture
    def managed(self, acme: Tenant, okta: Any) -> User:
        sent = {
            "userName": "mia@acme.example",
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "name": {"familyName": "Managed"},
            "emails": [{"type": "work", "value": "mia@acme.example"}],
        }
        created = okta.create(sent)
        made = found(acme, pk=created["id"])
        assert made is not None
        return made

    @pytest.mark.parametrize("ticked", [{}, {"overwrites": "on"}], ids=["left", "ticked"])
    def test_fields_are_overwritten_only_if_that_is_ticked(
        self, console: Client, acme: Tenant, managed: User, ticked: dict[str, str]
    ) -> None:
        text = "email,family name,department\nmia@acme.example,Other,Ops\n"

        looked = look_at_people(console, text, **ticked)
        press_import(console, looked)

        assert ("Family name stays as it is:" in text_of(looked)) is not bool(ticked)
        after = found(acme, pk=managed.pk)
        assert after is not None
        assert after.family_name == ("Other" if ticked else "Managed")
        assert after.attributes[ENTERPRISE]["department"] == "Ops"


class TestMeanwhile:
    @pytest.fixture
    def queued(self, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
        """The jobs that wait, as no worker is there."""
        waiting: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
        return waiting

    def test_a_button_that_is_pressed_twice_begins_once(
        self, console: Client, acme: Tenant, queued: list[Job]
    ) -> None:
        looked = look_at_people(console, HR)

        addresses = {press_import(console, looked).headers["Location"] for _n in range(2)}

        assert len(addresses) == len(queued) == 1

    def test_a_second_tab_finds_the_file_gone(
        self, console: Client, acme: Tenant, queued: list[Job]
    ) -> None:
        looked = look_at_people(console, HR)
        other = console.get(looked.request["PATH_INFO"])
        press_import(console, looked)

        told = press_import(console, other, follow=True)

        assert "This file is not kept any more" in text_of(told)
        assert len(queued) == 1

    @pytest.mark.parametrize("what", ["person", "columns"])
    def test_a_look_that_is_not_so_any_more_is_shown_anew(
        self, console: Client, acme: Tenant, bob: User, queued: list[Job], what: str
    ) -> None:
        looked = look_at_people(console, f"email,family name\n{bob.email},Builder\n")
        if what == "person":
            with tenant_scope(acme):
                users.deactivate_user(user=User.objects.get(pk=bob.pk))
        else:
            address = f"{looked.request['PATH_INFO']}columns/"
            sent = what_is_sent(console.get(address).content.decode(), "match")
            console.post(address, {**sent, "column-1": "display_name"})

        told = press_import(console, looked)

        assert "Nothing was done: it would be other than this page showed." in text_of(told)
        assert queued == []

    def test_who_was_changed_after_the_button_is_left_as_they_are(
        self, console: Client, acme: Tenant, bob: User, queued: list[Job]
    ) -> None:
        looked = look_at_people(console, f"email,family name\n{bob.email},Builder\n{HR_NEW}")
        address = press_import(console, looked).headers["Location"]
        with tenant_scope(acme):
            users.deactivate_user(user=User.objects.get(pk=bob.pk))
            values = users.UserFields(user_name="new@acme.example")
            users.create_user(values=values)

        do_at_once(queued.pop(), lock=None)

        told = text_of(console.get(address))
        assert "Refused</dt><dd>2" in told
        assert "Somebody changed them after the preview" in told
        assert "already in use" in told
        after = found(acme, pk=bob.pk)
        assert after is not None
        assert after.family_name != "Builder"

    def test_who_is_gone_is_told_of(
        self, console: Client, acme: Tenant, bob: User, queued: list[Job]
    ) -> None:
        looked = look_at_people(console, f"email,family name\n{bob.email},Builder\n")
        address = press_import(console, looked).headers["Location"]
        with tenant_scope(acme):
            users.delete_user(user=User.objects.get(pk=bob.pk))

        do_at_once(queued.pop(), lock=None)

        assert "They are not there any more." in text_of(console.get(address))
        assert found(acme, email=bob.email) is None

    def test_a_worker_that_dies_leaves_the_rest_to_the_next_one(
        self, console: Client, acme: Tenant, queued: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = "email\n" + "".join(f"new{n}@acme.example\n" for n in range(5))
        address = press_import(console, look_at_people(console, text)).headers["Location"]
        done: list[Any] = []

        def dying(**values: Any) -> User:
            done.append(values)
            if len(done) == 3:
                raise KeyboardInterrupt
            return users.create_user(**values)

        before = people(acme)
        with monkeypatch.context() as patched:
            patched.setattr(by_file, "create_user", dying)
            with pytest.raises(KeyboardInterrupt):
                do_at_once(queued[0], lock=None)
        assert people(acme) == before + 2

        do_at_once(queued.pop(), lock=None)

        assert people(acme) == before + 5
        assert "Done</dt><dd>5" in text_of(console.get(address))

    def test_whoever_may_not_any_more_does_nothing_more(
        self, console: Client, acme: Tenant, alice: User, queued: list[Job]
    ) -> None:
        before = people(acme) + 1
        with tenant_scope(acme):
            change_role(user=person(acme, "Bea"), role=Role.ADMIN)
        press_import(console, look_at_people(console, HR))
        with tenant_scope(acme):
            change_role(user=User.objects.get(pk=alice.pk), role=Role.EDITOR)

        do_at_once(queued.pop(), lock=None)

        assert people(acme) == before
        assert console.get(IMPORT_PAGE).status_code == HTTPStatus.FORBIDDEN

    def test_files_of_others_are_nobodys(
        self, console: Client, acme: Tenant, other_console: Client
    ) -> None:
        looked = look_at_people(console, HR)
        with tenant_scope(acme):
            colleague = person(acme, "Bea")
            change_role(user=colleague, role=Role.ADMIN)
        sent = what_is_sent(looked.content.decode(), "seen")

        for browser in (other_console, signed_in(colleague)):
            for address in (looked.request["PATH_INFO"], f"{looked.request['PATH_INFO']}columns/"):
                for answer in (browser.get(address), browser.post(address, sent)):
                    assert answer.status_code == HTTPStatus.NOT_FOUND
        assert found(acme, user_name="zoe@acme.example") is None


HR_NEW = "new@acme.example,New\n"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_import(acme: Tenant, role: Role) -> None:
    with tenant_scope(acme):
        someone = person(acme, "Kim")
        change_role(user=someone, role=role)
    browser = signed_in(someone)

    assert browser.get(IMPORT_PAGE).status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.FOUND}
    assert upload_people(browser, HR).status_code == HTTPStatus.FORBIDDEN
    assert IMPORT_PAGE not in browser.get("/console/accounts/user/").content.decode()
