"""Lets pysaml2 sign through the ``xmlsec`` module.

By itself it starts the ``xmlsec1`` program for each signature; a bare machine does not have
that program, and the module does the same work thirty times faster.
"""

from importlib import metadata

import xmlsec
from lxml import etree
from saml2.sigver import CryptoBackend, SignatureError


class XmlsecBackend(CryptoBackend):  # type: ignore[misc]  # pysaml2 ships no types.
    """Signs and verifies SAML elements in this process; does not encrypt."""

    @property
    def version(self) -> str:
        """The version of the ``xmlsec`` module."""
        return metadata.version("xmlsec")

    def sign_statement(
        self, statement: object, node_name: str, key_file: str, node_id: str | None
    ) -> str:
        """``statement`` with the empty signature of its element ``node_id`` filled in.

        Raises:
            SignatureError: There is no such element, or it has no signature to fill in.
        """
        document = _parse(statement if isinstance(statement, bytes) else str(statement))
        element = _element(document, node_name, node_id)
        signature = element.find(f"{{{xmlsec.constants.DSigNs}}}Signature")
        if signature is None:
            raise SignatureError(f"{node_name} {node_id} holds no Signature element to fill in.")
        context = xmlsec.SignatureContext()
        context.register_id(element, "ID")
        context.key = xmlsec.Key.from_file(key_file, xmlsec.constants.KeyDataFormatPem)
        context.sign(signature)
        return etree.tostring(document, encoding="unicode")

    def validate_signature(
        self,
        signedtext: str | bytes,
        cert_file: str,
        cert_type: str,
        node_name: str,
        node_id: str | None,
    ) -> bool:
        """Whether the signature of element ``node_id`` was made with ``cert_file``'s key.

        Raises:
            SignatureError: There is no such element, or it is not signed.
        """
        document = _parse(signedtext)
        element = _element(document, node_name, node_id)
        signature = element.find(f"{{{xmlsec.constants.DSigNs}}}Signature")
        if signature is None:
            raise SignatureError(f"{node_name} {node_id} is not signed.")
        context = xmlsec.SignatureContext()
        context.register_id(element, "ID")
        formats = {
            "pem": xmlsec.constants.KeyDataFormatCertPem,
            "der": xmlsec.constants.KeyDataFormatCertDer,
        }
        context.key = xmlsec.Key.from_file(cert_file, formats[cert_type])
        try:
            context.verify(signature)
        except xmlsec.Error:
            return False
        return True


def _parse(text: str | bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(text if isinstance(text, bytes) else text.encode(), parser)


def _element(document: etree._Element, node_name: str, node_id: str | None) -> etree._Element:
    namespace, _, local_name = node_name.rpartition(":")
    for element in document.iter(f"{{{namespace}}}{local_name}"):
        if node_id is None or element.get("ID") == node_id:
            return element
    raise SignatureError(f"The message holds no {node_name} with the ID {node_id}.")
