"""npm's ``saml-idp`` as a process on the loopback interface."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from demo.keys import load_or_make_key_pair
from tests.foreign_idps.availability import refuse_or_skip
from tests.foreign_idps.parties import PostedResponse, ServiceProviderFacts, posted_response
from tests.support.html_forms import form_with_field
from tests.support.processes import LOOPBACK, PATIENCE, answers_http, free_port, running

_SCRIPT = Path(__file__).parent / "node_modules/saml-idp/bin/run.js"
_EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


@dataclass(frozen=True)
class NpmSamlIdp:
    """A running ``saml-idp``; see :class:`~tests.foreign_idps.parties.ForeignIdentityProvider`."""

    url: str
    entity_id: str
    certificate: str

    def metadata(self) -> str:
        """Its metadata document, fetched from it."""
        return httpx2.get(f"{self.url}/metadata", trust_env=False, timeout=PATIENCE).text

    def idp_initiated(self, email: str) -> PostedResponse:
        """A response about ``email`` that nobody asked for."""
        return self._sign_in(email, {})

    def answer(self, redirect_url: str, email: str) -> PostedResponse:
        """The response to the AuthnRequest in ``redirect_url``."""
        page = httpx2.get(redirect_url, trust_env=False, timeout=PATIENCE)
        request = form_with_field(page.text, "_authnRequest").fields["_authnRequest"]
        return self._sign_in(email, {"_authnRequest": request})

    def _sign_in(self, email: str, fields: dict[str, str]) -> PostedResponse:
        person = {"userName": email, "nameIdFormat": _EMAIL_FORMAT, "email": email}
        page = httpx2.post(
            f"{self.url}/signin", data={**person, **fields}, trust_env=False, timeout=PATIENCE
        )
        return posted_response(page)


@contextmanager
def running_npm_saml_idp(
    service_provider: ServiceProviderFacts, folder: Path
) -> Iterator[NpmSamlIdp]:
    """Run ``saml-idp`` for ``service_provider`` until the block ends; keys lie in ``folder``.

    Raises:
        ValueError: Encryption is wanted, which ``saml-idp`` with this ``samlp`` fails to do.
    """
    if service_provider.encryption_certificate:
        raise ValueError("npm's saml-idp does not encrypt; take SimpleSAMLphp.")
    node = shutil.which("node")
    if node is None or not _SCRIPT.exists():
        refuse_or_skip("npm's saml-idp", "cd tests/foreign_idps && npm ci --ignore-scripts")
    port = free_port()
    keys = load_or_make_key_pair(folder)
    idp = NpmSamlIdp(
        url=f"http://{LOOPBACK}:{port}",
        entity_id="urn:example:npm-saml-idp",
        certificate=keys.certificate_file.read_text(),
    )
    command: list[str | Path] = [node, _SCRIPT, "--issuer", idp.entity_id]
    command += ["--key", keys.key_file, "--cert", keys.certificate_file]
    command += ["--acsUrl", service_provider.acs_url, "--audience", service_provider.entity_id]
    environment = {"HOST": LOOPBACK, "PORT": str(port)}  # It prefers these to its arguments.
    with running(command, ready=answers_http(f"{idp.url}/metadata"), environment=environment):
        yield idp
