"""What is one name and what is none, over every code point and in general."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from naming import nicknames
from naming.addresses import compared_address, folded, is_plain, prepared_address
from naming.domains import ascii_domain, prepared_domain
from naming.errors import NameObjectionError, Objection
from naming.nicknames import compared_nickname, prepared_nickname

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPTS = "abz АЯя ΑΣςσ ÄöŸß ｱＡａ 가각힣 日本語 ישראל علي ไทย देवनागरी İ\u0131I ǅ ﬁ @.-_+#'’"
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
UNUSED = {"Cn", "Co", "Cs"}
MAKERS = [prepared_address, prepared_nickname]
texts = st.text(st.sampled_from(SCRIPTS) | st.characters(exclude_categories=["Cs"]), max_size=12)
addresses = st.builds(
    "{}@{}".format, texts, st.sampled_from(["ex.example", "MÜNCHEN.example", "дом.рф", "x"])
)
names = texts | addresses


def one_name(maker: Callable[[str], str], text: str) -> str:
    try:
        return maker(text)
    except NameObjectionError:
        reject()


def every_permitted_character(maker: Callable[[str], str]) -> Iterator[str]:
    """Yield each that a name may hold between others, by the maker alone."""
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if unicodedata.category(character) in UNUSED:
            continue
        try:
            maker(f"a{character}a")
        except NameObjectionError:
            continue
        yield character


@pytest.mark.parametrize("maker", MAKERS)
@given(text=names)
def test_a_prepared_form_is_its_own_prepared_form(maker: Callable[[str], str], text: str) -> None:
    prepared = one_name(maker, text)

    assert maker(prepared) == prepared


@pytest.mark.parametrize("maker", MAKERS)
@given(text=names, form=st.sampled_from(["NFC", "NFD"]))
def test_composed_and_decomposed_are_one_name(
    maker: Callable[[str], str], text: str, form: str
) -> None:
    prepared = one_name(maker, text)

    assert maker(unicodedata.normalize(form, text)) == prepared  # type: ignore[arg-type]


@pytest.mark.parametrize("maker", MAKERS)
@given(text=names)
def test_letter_case_makes_no_other_name(maker: Callable[[str], str], text: str) -> None:
    prepared = one_name(maker, text)
    upper = "".join(c.upper() if c.upper().lower() in {c, SIGMA} else c for c in text)

    assert maker(upper) == prepared


@pytest.mark.parametrize("maker", MAKERS)
@given(text=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=12))
def test_full_width_is_one_name_with_the_ordinary(maker: Callable[[str], str], text: str) -> None:
    prepared = one_name(maker, text)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in text)

    assert maker(wide) == prepared


@given(text=names)
def test_what_is_looked_for_is_never_refused(text: str) -> None:
    for maker, looked_for in (
        (prepared_address, compared_address),
        (prepared_nickname, compared_nickname),
    ):
        try:
            assert looked_for(text) == maker(text)
        except NameObjectionError:
            assert "\x1f" not in looked_for(text) or "\x1f" in text


@given(text=names)
def test_a_name_begins_with_its_own_beginning(text: str) -> None:
    """What ``sw`` looks for is folded by itself, and is still what the name begins with."""
    prepared = one_name(prepared_address, text)

    assert prepared.startswith(folded(prepared[:3])[:1])
    assert folded(prepared) == prepared


@given(text=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_names_are_prepared_as_the_library_does(text: str) -> None:
    """The short way for what is plain gives what the long one gives."""
    assume(is_plain(text) and "@" not in text)

    assert prepared_address(text) == text.lower()
    assert prepared_address(f"ü {text}") == f"ü {text.lower()}"
    assert prepared_nickname(text) == prepared_nickname(f"  {text}") == text.lower()


@pytest.mark.parametrize("maker", MAKERS)
def test_every_permitted_character_stands_for_itself(maker: Callable[[str], str]) -> None:
    """Prepared once more, decomposed, in lower case: the same name; and nothing marks a row."""
    permitted = list(every_permitted_character(maker))
    for start in range(0, len(permitted), 50):
        # With a letter between any two: what one does to its neighbour is not asked here.
        text = "".join(f"{character}a" for character in permitted[start : start + 50])
        prepared = maker(f"a{text}")
        assert "\x1f" not in prepared
        assert maker(prepared) == prepared
        assert maker(unicodedata.normalize("NFD", f"a{text}")) == prepared
        lower = "".join(c.lower() if c.lower().upper() == c.upper() else c for c in text)
        assert maker(f"a{lower}") == prepared
    assert len(permitted) > 120_000


@pytest.mark.parametrize("character", ["\ue000", "\u0378", "\U0010ffff"])
@pytest.mark.parametrize("maker", MAKERS)
def test_characters_that_nobody_has_assigned_are_refused(
    maker: Callable[[str], str], character: str
) -> None:
    with pytest.raises(NameObjectionError):
        maker(f"a{character}a")


@pytest.mark.parametrize(
    "character", ["\u200b", "\u00ad", "\ufeff", "\u2060", "\u202e", "\x07", "\x7f"]
)
@pytest.mark.parametrize(
    "pattern",
    [
        "{}ab@ex.example",
        "a{}b@ex.example",
        "ab{}@ex.example",
        "ab@{}ex.example",
        "ab@ex.example{}",
        "a{}b",
        "Jörg{}",
    ],
)
def test_control_and_invisible_characters_are_refused(pattern: str, character: str) -> None:
    with pytest.raises(NameObjectionError) as refused:
        prepared_address(pattern.format(character))

    assert refused.value.objection is Objection.INVISIBLE
    assert refused.value.character == character


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r", "\u00a0", "\u3000", "\u2003", "\u2028"])
@pytest.mark.parametrize(
    "pattern",
    [
        "{}ab@ex.example",
        "ab@ex.example{}",
        "ab{}@ex.example",
        "ab@{}ex.example",
        "{}ab",
        "ab{}",
        "{}",
    ],
)
def test_white_space_at_the_edges_is_refused(pattern: str, space: str) -> None:
    with pytest.raises(NameObjectionError) as refused:
        prepared_address(pattern.format(space))

    assert refused.value.objection is Objection.EDGES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Juliet Capulet", "juliet  capulet"),
        ("ΝΙΚΟΣ", "νικος"),
        ("ΝΙΚΟΣ", "νικοσ"),
        ("ab\uff20ex.example", "ab@ex.example"),
        ("ｶﾞ@ex.example", "ガ@ex.example"),
        ("ab@bücher。example", "ab@xn--bcher-kva.example"),
        ("한@ex.example", "한@ex.example"),
        ("ab@STRASSE.example", "ab@strasse.example"),
    ],
)
def test_equal_forms_are_one_name(one: str, other: str) -> None:
    assert prepared_address(one) == prepared_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("strauß@ex.example", "strauss@ex.example"),
        ("\u0131van", "ivan"),
        ("a@straße.de", "a@strasse.de"),
    ],
)
def test_what_only_looks_alike_stays_two_names(one: str, other: str) -> None:
    assert prepared_address(one) != prepared_address(other)


@pytest.mark.parametrize(
    "name",
    [
        "babs",
        "Juliet Capulet",
        "john.doe_contoso.com#EXT#@tenant.onmicrosoft.com",
        "محمد.علي@ex.example",
        "ישראל.ישראלי@דוגמה.ישראל",
        "иван@дом.рф",
        "strauß@ex.example",
        "山田太郎@例え.jp",
        "ab@my_host",
        "DOMAIN\\user",
        "a@b@c.example",
        "@handle",
    ],
)
def test_names_as_identity_providers_send_them_are_accepted(name: str) -> None:
    assert prepared_address(name)


@pytest.mark.parametrize(
    ("name", "objection"),
    [
        ("david.כהן@ex.example", Objection.DIRECTIONS),
        ("ab@дом_1", Objection.DOMAIN),
        ("😀@ex.example", Objection.CHARACTER),
        ("", Objection.EMPTY),
        ("ü" * 2000, Objection.LENGTH),
    ],
)
def test_what_is_refused_is_said_why(name: str, objection: Objection) -> None:
    with pytest.raises(NameObjectionError) as refused:
        prepared_address(name)

    assert refused.value.objection is objection


def test_names_of_groups_may_hold_symbols_and_pictures() -> None:
    assert prepared_nickname("❤\ufe0f Team") == prepared_nickname("❤ TEAM")
    assert prepared_nickname("👩\u200d💻 IT")
    assert nicknames.folded("ﬁ") == "fi"
    with pytest.raises(NameObjectionError):
        prepared_nickname("Sa\u200dles")


def test_a_domain_is_one_in_its_letters_and_encoded() -> None:
    assert prepared_domain("XN--MNCHEN-3YA.example") == "münchen.example"
    assert ascii_domain("MÜNCHEN.example") == "xn--mnchen-3ya.example"
    assert prepared_domain("xn--99999999a") == "xn--99999999a"
