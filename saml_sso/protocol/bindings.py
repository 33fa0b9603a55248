"""How messages other than the response travel: Redirect and POST (SAML Bindings 3.4, 3.5)."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit

from lxml import etree

from saml_sso.protocol.document import decode_base64
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.names import Binding
from saml_sso.protocol.parties import KeyPair
from saml_sso.protocol.xmldsig import sign_element, sign_query

MAX_INFLATED: Final = 64_000
MAX_QUERY: Final = 32_000
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SIGNED_PARAMETERS: Final = ("RelayState", "SigAlg")
_MESSAGES: Final = ("SAMLRequest", "SAMLResponse")
_REMEDY: Final = "Start again; if it stays, ask the identity provider's vendor."


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of ours on its way through the browser.

    ``fields`` is empty for a redirect to ``url``; for POST they are the hidden fields of a form
    whose action is ``url``.
    """

    id: str
    url: str
    issued_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuerySignature:
    """The signature of a redirect: over which bytes, by which method."""

    signed: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that came through the browser, not yet believed."""

    xml: bytes
    relay_state: str | None
    binding: Binding
    query_signature: QuerySignature | None = None


def read_redirect(query_string: str) -> Incoming:
    """Return the message in a raw query string, exactly as the browser sent it.

    The signature is over the raw text, so the values keep their percent-encoding; ADFS writes it
    in lower case, which a decoded and encoded query would lose.

    Raises:
        MessageError: Checks ``query``, ``base64``, ``size``, ``inflate``.
    """
    if len(query_string) > MAX_QUERY:
        raise _refuse("size", f"at most {MAX_QUERY:,} characters", f"{len(query_string):,}")
    raw: dict[str, str] = {}
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if unquote_plus(name) in (*_MESSAGES, *_SIGNED_PARAMETERS, "Signature"):
            if unquote_plus(name) != name or name in raw:
                raise _refuse("query", "every parameter once", f"{name} more than once")
            raw[name] = value
    message = _message_name(raw)
    decoded = {name: unquote_plus(value) for name, value in raw.items()}
    return Incoming(
        xml=inflate(decode_base64(decoded[message])),
        relay_state=decoded.get("RelayState"),
        binding=Binding.REDIRECT,
        query_signature=_query_signature(raw, decoded, message),
    )


def read_post(fields: Mapping[str, str]) -> Incoming:
    """Return the message in the fields of a posted form.

    Raises:
        MessageError: Checks ``query``, ``base64``, ``size``.
    """
    message = _message_name(fields)
    return Incoming(decode_base64(fields[message]), fields.get("RelayState"), Binding.POST)


def _message_name(fields: Mapping[str, str]) -> str:
    names = [name for name in _MESSAGES if name in fields]
    if len(names) != 1:
        raise _refuse("query", "SAMLRequest or SAMLResponse", " and ".join(names) or None)
    return names[0]


def _query_signature(
    raw: Mapping[str, str], decoded: Mapping[str, str], message: str
) -> QuerySignature | None:
    if "Signature" not in raw or "SigAlg" not in raw:
        return None
    signed = "&".join(f"{n}={raw[n]}" for n in (message, *_SIGNED_PARAMETERS) if n in raw)
    try:
        value = base64.b64decode("".join(decoded["Signature"].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refuse("signature", "a base64 Signature", decoded["Signature"]) from error
    return QuerySignature(signed.encode("utf-8", "replace"), decoded["SigAlg"], value)


def inflate(data: bytes) -> bytes:
    """Return inflated ``data``, never more than 64 kB of it.

    Raises:
        MessageError: Check ``inflate``.
    """
    decompressor = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        inflated = decompressor.decompress(data, MAX_INFLATED + 1)
    except zlib.error as error:
        raise _refuse("inflate", "a deflated message", str(error)) from error
    if len(inflated) > MAX_INFLATED:
        raise _refuse("inflate", f"at most {MAX_INFLATED:,} bytes", "more")
    if not decompressor.eof:
        raise _refuse("inflate", "a whole deflated message", "a part of one")
    return inflated


def send(  # noqa: PLR0913 - both bindings in one place
    message: etree._Element,
    *,
    parameter: str,
    url: str,
    binding: Binding,
    issued_at: datetime,
    relay_state: str = "",
    signing_key: KeyPair | None = None,
) -> Outgoing:
    """Return ``message`` as a redirect or as a form, signed when a key is given.

    Args:
        message: The root element, with its ID.
        parameter: ``SAMLRequest`` or ``SAMLResponse``.
        url: Where it goes.
        binding: By redirect or by form.
        issued_at: The message's IssueInstant.
        relay_state: Given back with the answer.
        signing_key: Our current key pair.
    """
    identifier = message.get("ID", "")
    if binding is Binding.POST:
        if signing_key:
            sign_element(message, signing_key)
        encoded = base64.b64encode(etree.tostring(message)).decode("ascii")
        fields = {parameter: encoded} | ({"RelayState": relay_state} if relay_state else {})
        return Outgoing(identifier, url, issued_at, fields)
    query = f"{parameter}={quote(_deflate(etree.tostring(message)), safe='')}"
    if relay_state:
        query += f"&RelayState={quote(relay_state, safe='')}"
    if signing_key:
        query += f"&SigAlg={quote(RSA_SHA256, safe='')}"
        signature = sign_query(query.encode("ascii"), signing_key.private_key_pem)
        query += f"&Signature={quote(base64.b64encode(signature).decode('ascii'), safe='')}"
    return Outgoing(identifier, _with_query(url, query), issued_at)


def _with_query(url: str, query: str) -> str:
    """Return ``url`` with ``query`` behind its own query, before its fragment."""
    parts = urlsplit(url)
    joined = "&".join(part for part in (parts.query.rstrip("&"), query) if part)
    return parts._replace(query=joined).geturl()


def _deflate(data: bytes) -> str:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return base64.b64encode(compressor.compress(data) + compressor.flush()).decode("ascii")


def _refuse(check: str, expected: str, got: str | None) -> MessageError:
    return MessageError(check, expected=expected, got=got, remedy=_REMEDY)
