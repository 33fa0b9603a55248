"""Signature wrapping: a true signature over one element never vouches for another."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from lxml import etree

from tests.support.saml import NS, Forge, new_id, sign_element
from tests.support.saml_trust import Trust

EVIL = "eve@acme.example"
Wrap = Callable[[etree._Element], etree._Element]


def _only(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, NS)
    assert found is not None
    return found


def _assertion(root: etree._Element) -> etree._Element:
    return _only(root, "saml:Assertion")


def _evil(element: etree._Element, *, signature: bool = False) -> etree._Element:
    """Return a copy of ``element`` about somebody else, with an ID of its own."""
    copy = deepcopy(element)
    copy.set("ID", new_id())
    _only(copy, ".//saml:NameID").text = EVIL
    own = copy.find("ds:Signature", NS)
    if own is not None and not signature:
        copy.remove(own)
    return copy


def _object() -> etree._Element:
    return etree.Element(f"{{{NS['ds']}}}Object")


def xsw1(root: etree._Element) -> etree._Element:
    """The signed response moves into the signature of the evil one."""
    evil = _evil(root, signature=True)
    original = deepcopy(root)
    original.remove(_only(original, "ds:Signature"))
    _only(evil, "ds:Signature").append(original)
    return evil


def xsw2(root: etree._Element) -> etree._Element:
    """The signed response stands before the signature of the evil one."""
    evil = _evil(root, signature=True)
    original = deepcopy(root)
    original.remove(_only(original, "ds:Signature"))
    _only(evil, "ds:Signature").addprevious(original)
    return evil


def xsw3(root: etree._Element) -> etree._Element:
    """An evil assertion stands before the signed one."""
    _assertion(root).addprevious(_evil(_assertion(root)))
    return root


def xsw4(root: etree._Element) -> etree._Element:
    """An evil assertion holds the signed one."""
    original = _assertion(root)
    evil = _evil(original)
    root.replace(original, evil)
    evil.append(original)
    return root


def xsw5(root: etree._Element) -> etree._Element:
    """An evil assertion has the signature; the signed one follows."""
    original = _assertion(root)
    evil = _evil(original, signature=True)
    original.remove(_only(original, "ds:Signature"))
    original.addprevious(evil)
    return root


def xsw6(root: etree._Element) -> etree._Element:
    """An evil assertion has the signature, and in it the signed one."""
    original = _assertion(root)
    evil = _evil(original, signature=True)
    original.remove(_only(original, "ds:Signature"))
    root.replace(original, evil)
    _only(evil, "ds:Signature").append(original)
    return root


def xsw7(root: etree._Element) -> etree._Element:
    """The signed assertion hides in Extensions, the evil one has its ID."""
    original = _assertion(root)
    evil = _evil(original)
    evil.set("ID", str(original.get("ID")))
    root.replace(original, evil)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    extensions.append(original)
    _only(root, "samlp:Status").addprevious(extensions)
    return root


def xsw8(root: etree._Element) -> etree._Element:
    """The signed assertion hides in the Object of the evil one's signature."""
    original = _assertion(root)
    evil = _evil(original, signature=True)
    original.remove(_only(original, "ds:Signature"))
    root.replace(original, evil)
    hidden = _object()
    hidden.append(original)
    _only(evil, "ds:Signature").append(hidden)
    return root


def _hidden_in(path: str) -> Wrap:
    """Return a wrap that hides the signed assertion in new elements below the response."""

    def wrap(root: etree._Element) -> etree._Element:
        original = _assertion(root)
        evil = _evil(original)
        root.replace(original, evil)
        place = root
        for step in path.split("/"):
            found = place.find(step, NS)
            prefix, _, name = step.partition(":")
            name = f"{{{NS[prefix]}}}{name}"
            place = found if found is not None else etree.SubElement(place, name)
        place.append(original)
        return root

    return wrap


def evil_advice(root: etree._Element) -> etree._Element:
    """The signed assertion advises the evil one."""
    original = _assertion(root)
    evil = _evil(original)
    root.replace(original, evil)
    advice = etree.Element(f"{{{NS['saml']}}}Advice")
    advice.append(original)
    _only(evil, "saml:Conditions").addnext(advice)
    return root


def evil_in_advice(root: etree._Element) -> etree._Element:
    """The evil assertion stands in an unsigned place of the signed one's signature."""
    _only(_assertion(root), "ds:Signature").append(_evil(_assertion(root)))
    return root


def signature_moved_to_the_response(root: etree._Element) -> etree._Element:
    """The assertion's signature stands in the envelope, the assertion is evil."""
    original = _assertion(root)
    signature = _only(original, "ds:Signature")
    root.insert(1, signature)
    _only(original, ".//saml:NameID").text = EVIL
    return root


def same_id_twice(root: etree._Element) -> etree._Element:
    """The evil assertion has the signed one's ID and stands first."""
    evil = _evil(_assertion(root))
    evil.set("ID", str(_assertion(root).get("ID")))
    _assertion(root).addprevious(evil)
    return root


def response_in_a_response(root: etree._Element) -> etree._Element:
    """The true response travels in the Extensions of an evil one."""
    evil = _evil(root)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    extensions.append(root)
    _only(evil, "samlp:Status").addprevious(extensions)
    return evil


def encrypted_beside_plain(root: etree._Element) -> etree._Element:
    """An EncryptedAssertion stands beside the signed assertion."""
    etree.SubElement(root, f"{{{NS['saml']}}}EncryptedAssertion")
    return root


ASSERTION_WRAPS: list[Wrap] = [
    xsw3, xsw4, xsw5, xsw6, xsw7, xsw8, evil_advice, evil_in_advice,
    signature_moved_to_the_response, same_id_twice, response_in_a_response,
    encrypted_beside_plain,
]  # fmt: skip
PLACES = ["samlp:Extensions", "samlp:Status/samlp:StatusDetail", "samlp:Status"]
SHAPE_CHECKS = (
    "wrapping", "assertion_count", "assertion_place", "signature_place", "signature_shape",
    "reference", "ids", "root",
)  # fmt: skip


@pytest.mark.parametrize("wrap", ASSERTION_WRAPS, ids=lambda wrap: wrap.__name__)
def test_a_wrapped_assertion_is_refused_by_its_shape(acme: Trust, forge: Forge, wrap: Wrap) -> None:
    root = etree.fromstring(forge.but().xml().encode())

    acme.refuse(etree.tostring(wrap(root), encoding="unicode"), *SHAPE_CHECKS)


@pytest.mark.parametrize("place", PLACES)
def test_a_hidden_assertion_is_refused_wherever_it_hides(
    acme: Trust, forge: Forge, place: str
) -> None:
    root = etree.fromstring(forge.but().xml().encode())

    acme.refuse(etree.tostring(_hidden_in(place)(root), encoding="unicode"), *SHAPE_CHECKS)


@pytest.mark.parametrize("wrap", [xsw1, xsw2, response_in_a_response], ids=lambda w: w.__name__)
def test_a_wrapped_response_is_refused_by_its_shape(acme: Trust, forge: Forge, wrap: Wrap) -> None:
    root = etree.fromstring(forge.but(sign="response").xml().encode())

    acme.refuse(etree.tostring(wrap(root), encoding="unicode"), *SHAPE_CHECKS)


@pytest.mark.parametrize("place", ["samlp:Extensions", "samlp:Status/samlp:StatusDetail"])
@pytest.mark.parametrize("reused", ["EntityDescriptor", "LogoutResponse"])
def test_a_reused_signature_of_the_identity_provider_is_refused(
    acme: Trust, forge: Forge, place: str, reused: str
) -> None:
    namespace = NS["md" if reused == "EntityDescriptor" else "samlp"]
    signed = etree.Element(f"{{{namespace}}}{reused}", {"ID": new_id()})
    sign_element(signed, forge.key, forge.cert)
    root = etree.fromstring(forge.but(sign="none", name_id=EVIL).xml().encode())
    target = root
    for step in place.split("/"):
        found = target.find(step, NS)
        name = f"{{{NS['samlp']}}}{step.partition(':')[2]}"
        target = found if found is not None else etree.SubElement(target, name)
    target.append(signed)

    acme.refuse(etree.tostring(root, encoding="unicode"), *SHAPE_CHECKS)


def test_another_signed_message_is_no_response(acme: Trust, forge: Forge) -> None:
    root = etree.Element(f"{{{NS['samlp']}}}LogoutResponse", {"ID": new_id()})
    root.append(etree.fromstring(forge.assertion()))
    sign_element(root, forge.key, forge.cert)

    acme.refuse(etree.tostring(root, encoding="unicode"), "root")


def test_a_bare_assertion_is_no_response(acme: Trust, forge: Forge) -> None:
    root = etree.fromstring(forge.but().xml().encode())

    acme.refuse(etree.tostring(_assertion(root), encoding="unicode"), "root")


def test_no_assertion_is_refused(acme: Trust, forge: Forge) -> None:
    root = etree.fromstring(forge.but(sign="none").xml().encode())
    root.remove(_assertion(root))
    sign_element(root, forge.key, forge.cert)

    acme.refuse(etree.tostring(root, encoding="unicode"), "assertion_count")


def test_two_signed_assertions_are_refused(acme: Trust, forge: Forge) -> None:
    root = etree.fromstring(forge.but().xml().encode())
    second = etree.fromstring(forge.but(name_id=EVIL).xml().encode())
    root.append(_assertion(second))

    acme.refuse(etree.tostring(root, encoding="unicode"), "assertion_count")
