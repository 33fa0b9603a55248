"""A trace as a page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SPELT: Final = {"name_id": "NameID", "xml": "XML", "idp_initiated": "IdP-initiated"}
MEANINGS: Final = {
    "assertion_count": _("Is there one statement about one person?"),
    "assertion_place": _("Is the statement where SAML wants it?"),
    "audience": _("Is it meant for your company at Gatehouse?"),
    "authn_instant": _("Did the person sign in at the identity provider before now?"),
    "authn_statement": _("Does it say that the person signed in?"),
    "base64": _("Did it arrive undamaged?"),
    "binding": _("Did a form bring it, and not an address?"),
    "candidate": _("Is the identity provider that was tested still the candidate?"),
    "canonicalization": _("Is the signature computed in a usual way?"),
    "certificate": _("Is the key that signed it strong, and in its time?"),
    "child_elements": _("Is there plain text where it belongs?"),
    "comment": _("Is it free of comments inside names?"),
    "conditions": _("Does it say for whom and until when it holds?"),
    "decryption": _("Can we read what was encrypted for us?"),
    "destination": _("Was it sent to our sign-on page URL?"),
    "digest_algorithm": _("Is the way it was signed strong enough?"),
    "doctype": _("Is it free of XML tricks?"),
    "document_limits": _("Is it of a usual size?"),
    "enabled": _("Is SAML sign-on switched on?"),
    "encoding": _("Can it be decoded?"),
    "encryption_algorithm": _("Is it encrypted in a way that is strong enough?"),
    "encryption_shape": _("Is what was encrypted put together as SAML prescribes?"),
    "form": _("Did a form bring it?"),
    "identifier": _("Does it name one person, by an e-mail address?"),
    "idp_initiated": _("May sign-ins start at the identity provider?"),
    "ids": _("Does every part have a name of its own?"),
    "in_response_to": _("Does it answer what this browser asked for?"),
    "inflate": _("Can it be unpacked?"),
    "internal": _("Could Gatehouse judge it?"),
    "issue_instant": _("Was it made just now?"),
    "issuer": _("Does it come from your identity provider?"),
    "key_info": _("Does it bring no keys from elsewhere?"),
    "lifetime": _("Does it hold for a short time only?"),
    "name_id": _("Does the NameID belong to us?"),
    "not_before": _("Does it hold already?"),
    "not_on_or_after": _("Does it still hold?"),
    "query": _("Does the address bring one message?"),
    "recipient": _("May it be handed in at our sign-on page URL?"),
    "reference": _("Does the signature cover the right part?"),
    "replacement": _("Did the person who was signed in agree in time?"),
    "replay": _("Is it used for the first time?"),
    "root": _("Is it an answer to a sign-in?"),
    "schema": _("Does it have the form that SAML prescribes?"),
    "session_not_on_or_after": _("Does the session at the identity provider go on?"),
    "settings_changed": _("Were the settings the same from beginning to end?"),
    "shape": _("Is it put together as SAML prescribes?"),
    "signature": _("Did your identity provider sign it, and was nothing changed since?"),
    "signature_algorithm": _("Is the way it was signed strong enough?"),
    "signature_place": _("Is the signature where it belongs?"),
    "signature_shape": _("Is the signature put together as SAML prescribes?"),
    "size": _("Is it of a usual size?"),
    "status": _("Does the identity provider report a success?"),
    "subject_confirmation": _("Does it say how it may be handed in?"),
    "toolkit": _("Does a second, independent check agree?"),
    "transforms": _("Is the signature computed in a usual way?"),
    "user": _("Is there somebody here with this address?"),
    "version": _("Is it SAML 2.0?"),
    "wrapping": _("Is there one message, not one inside another?"),
    "xml": _("Is it well-formed XML?"),
}
"""What a check asks, for somebody who has never seen SAML."""


def name_of(check: object) -> str:
    """Return a check's name for people to read.

    >>> name_of("in_response_to")
    'In response to'
    """
    key = str(check)
    return _SPELT.get(key) or key.replace("_", " ").capitalize()


def named(trace: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of a trace, each with a ``name`` and a ``meaning`` for people to read."""
    return [
        {**line, "name": name_of(line["check"]), "meaning": MEANINGS.get(str(line["check"]), "")}
        for line in trace
    ]
