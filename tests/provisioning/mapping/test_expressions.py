"""Expressions of mapping rows: what they give, and that none runs or grows for ever."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.mapping.expressions import compile_expression
from provisioning.mapping.functions import FUNCTIONS, MAX_TEXT
from provisioning.mapping.gate import MAX_DEPTH, MAX_LENGTH, MAX_NODES, ExpressionError

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ZOE: dict[str, Any] = {
    "userName": "Zoë.Weiß@Example.com",
    "name": {"givenName": " Zoë ", "familyName": "Weiß"},
    "title": "",
    "emails": [{"type": "home", "value": "z@home"}, {"type": "work", "value": "zoe@example.com"}],
    "role": "editor",
    "groups": ["Sales", "Berlin"],
    ENTERPRISE: {"department": "R&D", "manager": {"value": "m1"}},
}


def value_of(text: str, resource: dict[str, Any] = ZOE) -> Any:
    return compile_expression(text).evaluate(resource)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("userName", "Zoë.Weiß@Example.com"),
        ("lower(userName)", "zoë.weiß@example.com"),
        ("upper(role)", "EDITOR"),
        ("capitalize('ada lovelace')", "Ada Lovelace"),
        ("trim(name.givenName)", "Zoë"),
        ("ascii(lower(trim(name.givenName) + '.' + name.familyName))", "zoe.weiss"),
        ("replace(userName, '@Example.com', '')", "Zoë.Weiß"),
        ("replace(role, '', 'x')", "editor"),
        ("left(role, 3)", "edi"),
        ("right(role, 3)", "tor"),
        ("right(role, 99)", "editor"),
        ("right(role, 0)", ""),
        ("left(role, length('ab'))", "ed"),
        ("join(' ', trim(name.givenName), title, name.familyName)", "Zoë Weiß"),
        ("join(', ', groups)", "Sales, Berlin"),
        ("first(groups)", "Sales"),
        ("first(title)", ""),
        ("split(userName, '@', 1)", "Example.com"),
        ("split(userName, '@', 7)", ""),
        ("coalesce(title, nickName, 'none')", "none"),
        ("coalesce(title)", ""),
        ("'staff' if 'Sales' in groups else 'guest'", "staff"),
        ("'a' if 'Rome' not in groups and not title else 'b'", "a"),
        ("'in' if role == 'editor' or role != 'editor' else 'out'", "in"),
        ("contains(userName, 'Weiß')", True),
        ("starts_with(role, 'ed')", True),
        ("ends_with(role, 'ed')", False),
        (f"value('{ENTERPRISE}:department')", "R&D"),
        ("value('emails[type eq \"work\"].value')", "zoe@example.com"),
        (f"value('{ENTERPRISE}:manager')", "m1"),
        ("emails.value", "z@home"),
        ("groups", ["Sales", "Berlin"]),
        ("None", None),
    ],
)
def test_an_expression_gives(text: str, expected: Any) -> None:
    assert value_of(text) == expected


def test_every_function_is_tried_here() -> None:
    tried = test_an_expression_gives.pytestmark[0].args[1]

    assert [name for name in FUNCTIONS if not any(f"{name}(" in text for text, _ in tried)] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[x for x in groups]", "loops"),
        ("join('', (x for x in groups))", "loops"),
        ("{x for x in groups}", "loops"),
        ("{x: x for x in groups}", "loops"),
        ("9 ** 9 ** 9", "powers|not part"),
        ("'a' * 9999", "multipl|not part"),
        ("1 << 99", "not part"),
        ("-1", "not part"),
        ("f'{userName}'", "f-strings"),
        ("(lambda: 1)()", "by its name"),
        ("(y := 1)", "assigned"),
        ("groups[0]", "indexed"),
        ("userName.__class__", "no expression|not an attribute"),
        ("'a'.upper", "asked of an attribute"),
        ("'a'.upper()", "by its name"),
        ("userName.upper()", "by its name|no function"),
        ("().__class__.__bases__", "not part|asked of"),
        ("__import__('os')", "no function"),
        ("eval('1')", "no function"),
        ("lower", "call it with brackets"),
        ("lower(text=userName)", "by its name"),
        ("join(*groups)", "not part"),
        ("10001", "go to"),
        ("1.5", "values"),
        ("b'x'", "values"),
        ("...", "values"),
        ("1j", "values"),
        ("a = 1", "no expression"),
        ("import os", "no expression"),
        ("a; b", "no expression"),
        ("", "no expression"),
        ("\0", "no expression"),
        ("lower(", "no expression"),
        ("'" + "a" * MAX_LENGTH + "'", "characters"),
        ("+".join(["'a'"] * 101), "too many parts"),
        ("lower(" * (MAX_DEPTH + 1) + "'a'" + ")" * (MAX_DEPTH + 1), "too many parts"),
        ("(" * 450 + "1" + ")" * 450, "no expression"),
        ("not " * 240 + "1", "too many parts"),
        ("-" * 990 + "1", "too many parts|no expression"),
    ],
)
def test_an_expression_is_refused(text: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says):
        value_of(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lower()", "too few or too many"),
        ("lower('a', 'b')", "too few or too many"),
        ("left(role, 'x')", "number"),
        ("left(role, True)", "number"),
        ("name", "has parts"),
        ("value('a b')", "is no path"),
        ("name.givenName.more.parts", "not an attribute"),
    ],
)
def test_an_expression_has_no_value(text: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says):
        value_of(text)


GROWING = [
    # Each would make more than a gigabyte if it were let: what is doubled doubles again.
    "replace(replace(replace(title, 'a', title), 'a', title), 'a', title)",
    "join(title, title, title, title)",
    "title + title",
    "replace(title, 'a', 'aaaa')",
    "upper(title) + upper(title) + upper(title)",
]


@pytest.mark.parametrize("text", GROWING)
def test_what_grows_is_stopped_before_it_is_made(text: str) -> None:
    started = time.perf_counter()

    with pytest.raises(ExpressionError, match=f"longer than {MAX_TEXT}"):
        value_of(text, {"title": "a" * (MAX_TEXT - 1)})

    assert time.perf_counter() - started < 0.5


def test_the_longest_expression_ends_soon() -> None:
    heaviest = "join(title," + ",".join(["replace(title,'a','b')"] * 30) + ")"
    resource = {"title": "a" * (MAX_TEXT - 1)}
    started = time.perf_counter()

    with suppress(ExpressionError):
        value_of(heaviest, resource)

    assert time.perf_counter() - started < 0.5


def test_a_value_of_ours_that_is_too_long_is_refused() -> None:
    with pytest.raises(ExpressionError, match="longer"):
        value_of("lower(title)", {"title": "a" * (MAX_TEXT + 1)})


PIECES = st.sampled_from(
    [
        *("lower", "replace", "join", "split", "value", "left", "(", ")", "(", ")", ",", ",", "+"),
        *("'a'", "title", "groups", "name.givenName", "5", "9999", "if", "else", "and", "not"),
        *("in", "==", "*", "**", "[", "]", "for", "x", ".", "lambda", ":", "True", "None", "__x"),
    ]
)


@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_text_is_refused_or_gives_a_bounded_value(text: str) -> None:
    with suppress(ExpressionError):
        value = value_of(text, {**ZOE, "title": "x" * 9_000})
        flat = value if isinstance(value, list) else [value]
        assert all(isinstance(each, str | bool | int | None) for each in flat)
        assert all(len(each) <= 20 * MAX_TEXT for each in flat if isinstance(each, str))


def test_threads_do_not_see_each_others_resources() -> None:
    expression = compile_expression("join('-', userName, value('title'), userName)")
    wrong: list[str] = []

    def evaluate(name: str) -> None:
        for _ in range(300):
            value = expression.evaluate({"userName": name, "title": f"of {name}"})
            if value != f"{name}-of {name}-{name}":
                wrong.append(value)

    threads = [Thread(target=evaluate, args=(name,)) for name in ("ada", "bob", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_the_bounds_are_those_that_are_promised() -> None:
    assert (MAX_LENGTH, MAX_NODES, MAX_DEPTH, MAX_TEXT) == (1_000, 200, 20, 10_000)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_why_there_is_no_value_says_nothing_of_the_person(name: str, number: int) -> None:
    """Who sees the reason in a log may not see people."""
    secret = "born on 1970-01-01 [in Ulm"
    resource = {**ZOE, "title": secret, "name": {"givenName": secret, secret: "x"}}
    for place in range(number):
        values = ["'x'"] * number
        values[place] = "title"
        with suppress(ExpressionError):
            compile_expression(f"{name}({', '.join(values)})").evaluate(resource)
            continue
        with pytest.raises(ExpressionError) as refused:
            compile_expression(f"{name}({', '.join(values)})").evaluate(resource)
        assert "1970" not in str(refused.value)
        assert "Ulm" not in str(refused.value)
