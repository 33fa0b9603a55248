"""Debian's SimpleSAMLphp under PHP's own web server, on the loopback interface."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from demo.keys import load_or_make_key_pair
from tests.foreign_idps.availability import refuse_or_skip
from tests.foreign_idps.parties import PostedResponse, ServiceProviderFacts, posted_response
from tests.support.html_forms import form_with_field
from tests.support.processes import LOOPBACK, PATIENCE, answers_http, free_port, running

_WEB_ROOT = Path("/usr/share/simplesamlphp/www")
_PASSWORD = "for tests only"
_EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


@dataclass(frozen=True)
class SimpleSamlPhp:
    """A running SimpleSAMLphp; see ``ForeignIdentityProvider`` in ``parties``.

    Whatever address is asked for is known to it: people are added as they sign in.
    """

    url: str
    entity_id: str
    certificate: str
    service_provider: ServiceProviderFacts
    people_file: Path

    def metadata(self) -> str:
        """Its metadata document, fetched from it."""
        url = f"{self.url}/saml2/idp/metadata.php"
        return httpx2.get(url, trust_env=False, timeout=PATIENCE).text

    def idp_initiated(self, email: str) -> PostedResponse:
        """A response about ``email`` that nobody asked for."""
        query = urlencode({"spentityid": self.service_provider.entity_id})
        return self.answer(f"{self.url}/saml2/idp/SSOService.php?{query}", email)

    def answer(self, redirect_url: str, email: str) -> PostedResponse:
        """The response to the AuthnRequest in ``redirect_url``."""
        self.people_file.write_text(
            json.dumps({f"{email}:{_PASSWORD}": {"mail": [email], "uid": [email]}})
        )
        with httpx2.Client(follow_redirects=True, trust_env=False, timeout=PATIENCE) as browser:
            page = browser.get(redirect_url)
            fields = form_with_field(page.text, "AuthState").fields
            credentials = {"username": email, "password": _PASSWORD}
            return posted_response(browser.post(str(page.url), data={**fields, **credentials}))


@contextmanager
def running_simplesamlphp(
    service_provider: ServiceProviderFacts, folder: Path
) -> Iterator[SimpleSamlPhp]:
    """Run SimpleSAMLphp for ``service_provider`` until the block ends.

    Its configuration, keys and sessions lie in ``folder``; the machine's own configuration of
    SimpleSAMLphp is neither read nor changed.
    """
    php = shutil.which("php")
    if php is None or not _WEB_ROOT.exists():
        refuse_or_skip("SimpleSAMLphp", "apt-get install simplesamlphp php-cli php-xml")
    port = free_port()
    keys = load_or_make_key_pair(folder)
    idp = SimpleSamlPhp(
        url=f"http://{LOOPBACK}:{port}",
        entity_id="urn:example:simplesamlphp",
        certificate=keys.certificate_file.read_text(),
        service_provider=service_provider,
        people_file=folder / "people.json",
    )
    _configure(idp, folder, keys.key_file, keys.certificate_file)
    command: list[str | Path] = [
        php,
        "-d",
        "session.use_strict_mode=0",
        "-S",
        f"{LOOPBACK}:{port}",
        "-t",
        _WEB_ROOT,
    ]
    environment = {"SIMPLESAMLPHP_CONFIG_DIR": str(folder)}
    ready = answers_http(f"{idp.url}/saml2/idp/metadata.php")
    with running(command, ready=ready, environment=environment, cwd=folder):
        yield idp


def _configure(idp: SimpleSamlPhp, folder: Path, key_file: Path, certificate_file: Path) -> None:
    for name in ("log", "data", "scratch", "sessions"):
        (folder / name).mkdir(exist_ok=True)
    idp.people_file.write_text("{}")
    settings = {
        "baseurlpath": f"{idp.url}/",
        "certdir": f"{folder}/",
        "loggingdir": f"{folder}/log/",
        "datadir": f"{folder}/data/",
        "tempdir": f"{folder}/scratch",
        "metadatadir": f"{folder}/",
        "attributenamemapdir": "/usr/share/simplesamlphp/config/attributemap/",
        "secretsalt": "for tests only",
        "auth.adminpassword": "for tests only",
        "admin.checkforupdates": False,
        "technicalcontact_email": "tests@example.org",
        "timezone": "UTC",
        "logging.handler": "file",
        "enable.saml20-idp": True,
        "module.enable": {"exampleauth": True, "core": True, "saml": True},
        "store.type": "phpsession",
        "session.cookie.secure": False,
        "session.cookie.samesite": None,
        "session.phpsession.savepath": f"{folder}/sessions",
        "language.cookie.secure": False,
        "metadata.sources": [{"type": "flatfile"}],
    }
    (folder / "config.php").write_text(f"<?php $config = {_php(settings)};")
    (folder / "authsources.php").write_text(
        "<?php $config = ['people' => ['exampleauth:UserPass'] + "
        f"json_decode(file_get_contents({_php(str(idp.people_file))}), true)];"
    )
    hosted = {
        "host": "__DEFAULT__",
        "privatekey": key_file.name,
        "certificate": certificate_file.name,
        "auth": "people",
        "authproc": {
            "3": {"class": "saml:AttributeNameID", "attribute": "mail", "Format": _EMAIL_FORMAT}
        },
    }
    _write_metadata(folder / "saml20-idp-hosted.php", idp.entity_id, hosted)
    _write_metadata(
        folder / "saml20-sp-remote.php",
        idp.service_provider.entity_id,
        _remote(idp.service_provider),
    )


def _remote(service_provider: ServiceProviderFacts) -> dict[str, object]:
    acs = {"Binding": _HTTP_POST, "Location": service_provider.acs_url, "index": 0}
    remote: dict[str, object] = {
        "AssertionConsumerService": [acs],
        "NameIDFormat": _EMAIL_FORMAT,
        "validate.authnrequest": False,
    }
    if service_provider.encryption_certificate:
        lines = service_provider.encryption_certificate.strip().splitlines()
        key = {
            "encryption": True,
            "signing": False,
            "type": "X509Certificate",
            "X509Certificate": "".join(lines[1:-1]),
        }
        remote |= {"assertion.encryption": True, "keys": [key]}
    return remote


def _write_metadata(path: Path, entity_id: str, values: Mapping[str, object]) -> None:
    path.write_text(f"<?php $metadata[{_php(entity_id)}] = {_php(values)};")


def _php(value: object) -> str:
    """``value`` as a PHP expression."""
    text = json.dumps(json.dumps(value)).replace("$", "\\$")
    return f"json_decode({text}, true)"
