"""Metadata of identity providers, as they are and as they go wrong."""

import base64
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from saml_sso.protocol.candidates import Candidate, choose, diff_identity_provider
from saml_sso.protocol.certificates import read_certificates
from saml_sso.protocol.errors import MetadataError
from saml_sso.protocol.metadata import read_metadata
from saml_sso.protocol.names import Binding
from saml_sso.protocol.parties import IdentityProvider
from tests.support.saml import NS, certificate, der, instant, pem, private_key, private_pem
from tests.support.saml_trust import ACS_URL, NOW, service_provider_keys

CERT = certificate(private_key())
NEXT = certificate(private_key("rsa2048", "next"), name="next")
OLD = certificate(private_key(), name="old", not_after=NOW - timedelta(days=1))
FUTURE = certificate(private_key(), name="next", not_before=NOW + timedelta(days=1))
WEAK = certificate(private_key("rsa1024"), name="weak")
SAML2 = NS["samlp"]
SSO = "https://idp.example/sso"


def _key(cert: x509.Certificate | str = CERT, use: str | None = "signing") -> str:
    text = cert if isinstance(cert, str) else base64.b64encode(der(cert)).decode()
    attribute = f' use="{use}"' if use else ""
    return (
        f"<md:KeyDescriptor{attribute}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def _service(binding: Binding | str, location: str = SSO, name: str = "SingleSignOn") -> str:
    return f'<md:{name}Service Binding="{binding}" Location="{location}"/>'


@dataclass(frozen=True)
class Metadata:
    """An EntityDescriptor with knobs."""

    entity_id: str | None = "https://idp.example/metadata"
    keys: str = field(default_factory=_key)
    services: str = _service(Binding.REDIRECT) + _service(Binding.POST, f"{SSO}/post")
    protocols: str = SAML2
    entity_attributes: str = ""
    role_attributes: str = ""
    role: str = "IDPSSODescriptor"
    other_roles: str = ""

    def xml(self) -> str:
        """Return the document without an XML declaration."""
        identity = f' entityID="{self.entity_id}"' if self.entity_id is not None else ""
        return (
            f'<md:EntityDescriptor xmlns:md="{NS["md"]}" xmlns:ds="{NS["ds"]}"{identity}'
            f"{self.entity_attributes}>{self.other_roles}<md:{self.role} "
            f'protocolSupportEnumeration="{self.protocols}"{self.role_attributes}>{self.keys}'
            f"{self.services}</md:{self.role}></md:EntityDescriptor>"
        )

    def read(self) -> IdentityProvider:
        """Return the only identity provider in it."""
        return choose(_read(self.xml())).identity_provider


def _read(xml: str | bytes) -> tuple[Candidate, ...]:
    data = xml.encode() if isinstance(xml, str) else xml
    return read_metadata(
        data,
        now=NOW,
        own_entity_id=ACS_URL,
        own_certificates=[service_provider_keys().certificate_pem],
    )


def _refused(xml: str | bytes, check: str) -> MetadataError:
    with pytest.raises(MetadataError) as refusal:
        _read(xml)
    assert refusal.value.check == check, refusal.value.message()
    assert len(refusal.value.remedy) > 20
    return refusal.value


def test_everything_needed_is_read() -> None:
    slo = _service(Binding.REDIRECT, "https://idp.example/slo", "SingleLogout")

    idp = Metadata(
        services=Metadata().services + slo, role_attributes=' WantAuthnRequestsSigned="true"'
    ).read()

    assert idp.entity_id == "https://idp.example/metadata"
    assert idp.sso_url == SSO
    assert idp.sso_binding is Binding.REDIRECT
    assert idp.slo_url == "https://idp.example/slo"
    assert idp.want_authn_requests_signed
    assert [info.pem for info in idp.certificates] == [pem(CERT)]


def test_post_only_metadata_has_a_sign_in_url() -> None:
    idp = Metadata(services=_service(Binding.POST)).read()

    assert (idp.sso_url, idp.sso_binding) == (SSO, Binding.POST)


def test_without_a_sign_in_url_there_is_a_warning() -> None:
    soap = _service("urn:oasis:names:tc:SAML:2.0:bindings:SOAP")

    candidate = choose(_read(Metadata(services=soap).xml()))

    assert candidate.identity_provider.sso_url is None
    assert "no sign-in URL" in candidate.warnings[0]


def test_the_answer_to_a_logout_may_go_elsewhere() -> None:
    slo = (
        f'<md:SingleLogoutService Binding="{Binding.POST}" Location="https://idp.example/slo" '
        'ResponseLocation="https://idp.example/done"/>'
    )

    idp = Metadata(services=slo + _service(Binding.POST)).read()

    assert idp.slo_response_url == "https://idp.example/done"
    assert idp.slo_binding is Binding.POST


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    name = "utf-16" if encoding == "utf-16" else "UTF-8"
    text = f'<?xml version="1.0" encoding="{name}"?>\n<!-- from us -->\n{Metadata().xml()}'

    assert choose(_read(text.encode(encoding))).warnings == ()


@pytest.mark.parametrize(
    "keys",
    [
        _key(use=None),
        _key() + _key(NEXT, "encryption"),
        _key() + _key(),
        _key(pem(CERT)),
        _key("\n    " + "\n    ".join(pem(CERT).splitlines()[1:-1]) + "\n  "),
        _key(base64.b64encode(der(CERT)).decode().rstrip("=")),
    ],
    ids=["no use", "beside one for encryption", "twice", "as PEM", "indented", "without padding"],
)
def test_the_signing_certificate_is_found_once(keys: str) -> None:
    assert [info.pem for info in Metadata(keys=keys).read().certificates] == [pem(CERT)]


def test_both_certificates_of_a_rollover_are_read() -> None:
    idp = Metadata(keys=_key() + _key(NEXT)).read()

    assert [info.pem for info in idp.certificates] == [pem(CERT), pem(NEXT)]


def test_an_expired_certificate_is_accepted_with_a_warning() -> None:
    (candidate,) = read_metadata(Metadata(keys=_key(OLD)).xml().encode(), now=NOW)

    assert [c.subject for c in candidate.identity_provider.certificates] == ["CN=old"]
    assert "“CN=old” expired on 2 May 2026" in candidate.warnings[0]


@pytest.mark.parametrize(
    "bad",
    [_key(WEAK), _key("AAAA"), _key("MIIB!")],
    ids=["weak", "no certificate", "no base64"],
)
def test_an_unusable_certificate_among_several_is_left_out_with_a_warning(bad: str) -> None:
    candidate = choose(_read(Metadata(keys=bad + _key()).xml()))

    assert len(candidate.identity_provider.certificates) == 1
    assert len(candidate.warnings) == 1


def test_the_certificate_of_tomorrow_is_kept_beside_that_of_today() -> None:
    candidate = choose(_read(Metadata(keys=_key(FUTURE) + _key()).xml()))

    found = [one.subject for one in candidate.identity_provider.certificates]
    assert found == ["CN=idp.example", "CN=next"]
    assert "“CN=next” is not valid before 4 May 2026" in candidate.warnings[0]


def test_of_more_than_five_certificates_five_are_kept_and_the_others_named() -> None:
    many = [certificate(private_key(), name=f"c{n}") for n in range(7)]
    keys = _key(FUTURE) + _key(OLD) + "".join(map(_key, many))

    candidate = choose(_read(Metadata(keys=keys).xml()))

    kept = [one.subject for one in candidate.identity_provider.certificates]
    assert kept == [f"CN=c{n}" for n in range(5)]
    said = " ".join(candidate.warnings)
    assert all(f"“CN={name}”" in said for name in ("c5", "c6", "next", "old"))


def _issued(name: str, by: str, *, is_authority: bool = False) -> x509.Certificate:
    """A certificate of ``name`` that the authority ``by`` issued."""
    called = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by)]
    return (
        x509.CertificateBuilder()
        .subject_name(called[0])
        .issuer_name(called[1])
        .public_key(private_key("rsa2048", name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(private_key("rsa2048", by), hashes.SHA256())
    )


LEAF = _issued("leaf", "middle")
MIDDLE = _issued("middle", "root", is_authority=True)
ROOT = _issued("root", "root", is_authority=True)
CHAINS = {
    "leaf first": [LEAF, MIDDLE, ROOT],
    "leaf last": [ROOT, MIDDLE, LEAF],
    "leaf and who issued it": [LEAF, MIDDLE],
    "leaf and the root, without what is between": [ROOT, LEAF],
}


def _key_of(certificates: list[x509.Certificate]) -> str:
    """One KeyInfo that holds all of them."""
    one = "</ds:X509Certificate><ds:X509Certificate>"
    return _key(one.join(base64.b64encode(der(each)).decode() for each in certificates))


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_of_a_chain_in_one_key_info_only_the_leaf_is_trusted(
    chain: list[x509.Certificate],
) -> None:
    candidate = choose(_read(Metadata(keys=_key_of(chain)).xml()))

    assert [c.subject for c in candidate.identity_provider.certificates] == ["CN=leaf"]
    assert len([one for one in candidate.warnings if "authority" in one]) == len(chain) - 1


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_of_a_chain_in_one_file_only_the_leaf_is_trusted(chain: list[x509.Certificate]) -> None:
    read = read_certificates("".join(map(pem, chain)).encode(), now=NOW)

    assert [one.subject for one in read.certificates] == ["CN=leaf"]
    assert len([one for one in read.warnings if "authority" in one]) == len(chain) - 1


@pytest.mark.parametrize("kind", ["authority", "end entity"])
def test_certificates_that_issued_themselves_are_both_trusted(kind: str) -> None:
    pair = [_issued(name, name, is_authority=kind == "authority") for name in ("one", "two")]

    candidate = choose(_read(Metadata(keys=_key_of(pair)).xml()))

    found = [one.subject for one in candidate.identity_provider.certificates]
    assert found == ["CN=one", "CN=two"]


def test_an_optional_attribute_that_is_empty_counts_as_absent() -> None:
    empty = {"entity_attributes": ' validUntil="" cacheDuration=""'}
    empty["role_attributes"] = ' validUntil=" " errorURL="" WantAuthnRequestsSigned=""'
    services = f'<md:SingleSignOnService Binding="{Binding.REDIRECT}" Location="{SSO}" '

    idp = Metadata(
        keys=_key().replace('"signing"', '""'),
        services=services + 'ResponseLocation=""/>',
        **empty,
    ).read()

    assert idp == Metadata(services=_service(Binding.REDIRECT)).read()


def test_entra_and_adfs_describe_more_than_saml() -> None:
    federation = (
        "<ds:Signature><ds:SignedInfo/></ds:Signature><md:RoleDescriptor xmlns:xsi="
        '"http://www.w3.org/2001/XMLSchema-instance" xmlns:fed='
        '"http://docs.oasis-open.org/wsfed/federation/200706" '
        'xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration='
        '"http://docs.oasis-open.org/wsfed/federation/200706">'
        f"{_key(NEXT)}</md:RoleDescriptor>"
    )

    assert len(Metadata(other_roles=federation).read().certificates) == 1


def test_an_identity_provider_may_be_a_service_provider_too() -> None:
    sp = (
        f'<md:SPSSODescriptor protocolSupportEnumeration="{SAML2}">{_key(NEXT)}'
        "</md:SPSSODescriptor>"
    )

    assert [c.pem for c in Metadata(other_roles=sp).read().certificates] == [pem(CERT)]


def _federation(*entities: Metadata, attributes: str = "") -> str:
    inner = "".join(entity.xml() for entity in entities)
    return (
        f'<md:EntitiesDescriptor xmlns:md="{NS["md"]}"{attributes}>{inner}</md:EntitiesDescriptor>'
    )


def test_two_identity_providers_need_a_choice() -> None:
    candidates = _read(_federation(Metadata(), Metadata(entity_id="https://second.example")))

    with pytest.raises(MetadataError, match="The file holds two identity providers: choose one"):
        choose(candidates)
    chosen = choose(candidates, entity_id="https://second.example")
    assert chosen.identity_provider.entity_id == "https://second.example"
    with pytest.raises(MetadataError, match="does not hold"):
        choose(candidates, entity_id="https://third.example")


def test_the_only_identity_provider_of_a_federation_needs_no_choice() -> None:
    sp = Metadata(entity_id="https://sp.example", role="SPSSODescriptor")

    assert choose(_read(_federation(sp, Metadata()))).warnings == ()


def test_we_may_stand_beside_the_identity_provider_in_a_federation() -> None:
    ours = Metadata(entity_id=ACS_URL, role="SPSSODescriptor")

    assert choose(_read(_federation(ours, Metadata()))).identity_provider.sso_url == SSO
    _refused(_federation(ours), "own_metadata")
    _refused(_federation(Metadata(entity_id=ACS_URL)), "own_metadata")


def test_an_entity_that_an_extension_quotes_is_nobodys_choice() -> None:
    quoted = Metadata(entity_id="https://quoted.example").xml()
    metadata = Metadata(other_roles=f"<md:Extensions>{quoted}</md:Extensions>")

    assert metadata.read().entity_id == "https://idp.example/metadata"


def test_groups_may_be_nested() -> None:
    inner = _federation(Metadata(entity_id="https://inner.example"))
    nested = _federation(Metadata()).replace("</md:EntitiesDescriptor>", "") + inner
    names = [c.identity_provider.entity_id for c in _read(f"{nested}</md:EntitiesDescriptor>")]

    assert names == ["https://idp.example/metadata", "https://inner.example"]


def test_an_identity_provider_that_is_described_twice_is_one() -> None:
    assert len(_read(_federation(Metadata(), Metadata()))) == 1


PAST = f' validUntil="{instant(NOW - timedelta(days=1))}"'
REFUSED = {
    "nothing": ("", "empty_file"),
    "over one megabyte": (Metadata().xml() + " " * 1_100_000, "too_large"),
    "an HTML page": ("<!DOCTYPE html><html><body>Sign in</body></html>", "html_page"),
    "an HTML page without a type": ("\n<html></html>", "html_page"),
    "an HTML page about metadata": ("<html>EntityDescriptor</html>", "html_page"),
    "JSON": ('{"issuer": "https://idp.example"}', "json_document"),
    "a certificate": (pem(CERT), "certificate"),
    "a private key": (private_pem(private_key()), "private_key"),
    "an address": ("https://idp.example/metadata", "web_address"),
    "prose": ("see attachment", "unreadable"),
    "half a file": (Metadata().xml()[:-40], "xml"),
    "a document type": ("<!DOCTYPE a>" + Metadata().xml(), "doctype"),
    "an entity": ('<!DOCTYPE a [<!ENTITY e "x">]>' + Metadata().xml(), "doctype"),
    "another XML": ("<rss/>", "wrong_root"),
    "metadata without a namespace": ("<EntityDescriptor/>", "wrong_root"),
    "a response": (f'<samlp:Response xmlns:samlp="{SAML2}"/>', "wrong_root"),
    "our own": (Metadata(entity_id=ACS_URL, role="SPSSODescriptor").xml(), "own_metadata"),
    "a service provider": (Metadata(role="SPSSODescriptor").xml(), "no_identity_provider"),
    "no roles": (f'<EntityDescriptor xmlns="{NS["md"]}" entityID="x"/>', "no_identity_provider"),
    "an empty federation": (_federation(), "no_identity_provider"),
    "SAML 1.1 only": (
        Metadata(protocols="urn:oasis:names:tc:SAML:1.1:protocol").xml(),
        "no_identity_provider",
    ),
    "WS-Federation only": (
        Metadata(role="RoleDescriptor", services="").xml(),
        "no_identity_provider",
    ),
    "no entity ID": (Metadata(entity_id=None).xml(), "entity_id"),
    "an empty entity ID": (Metadata(entity_id=" ").xml(), "entity_id"),
    "an endless entity ID": (Metadata(entity_id="x" * 2000).xml(), "entity_id"),
    "no certificate": (Metadata(keys="").xml(), "no_signing_certificate"),
    "a bare key": (
        Metadata(
            keys="<md:KeyDescriptor><ds:KeyInfo><ds:KeyName>k</ds:KeyName></ds:KeyInfo>"
            "</md:KeyDescriptor>"
        ).xml(),
        "no_signing_certificate",
    ),
    "an encryption certificate only": (
        Metadata(keys=_key(use="encryption")).xml(),
        "no_signing_certificate",
    ),
    "an unreadable certificate": (Metadata(keys=_key("AAAA")).xml(), "unreadable"),
    "a weak certificate": (
        Metadata(keys=_key(certificate(private_key("rsa1024")))).xml(),
        "weak_key",
    ),
    "our own certificate": (
        Metadata(
            keys=_key("".join(service_provider_keys().certificate_pem.splitlines()[1:-1]))
        ).xml(),
        "own_certificate",
    ),
    "an expired entity": (Metadata(entity_attributes=PAST).xml(), "expired_metadata"),
    "an expired role": (Metadata(role_attributes=PAST).xml(), "expired_metadata"),
    "an expired federation": (_federation(Metadata(), attributes=PAST), "expired_metadata"),
    "an odd validUntil": (
        Metadata(entity_attributes=' validUntil="soon"').xml(),
        "valid_until",
    ),
    "a script as sign-in URL": (
        Metadata(services=_service(Binding.REDIRECT, "javascript:alert(1)")).xml(),
        "address",
    ),
    "data as sign-in URL": (
        Metadata(services=_service(Binding.POST, "data:text/html,x")).xml(),
        "address",
    ),
    "an unencrypted sign-in URL": (
        Metadata(services=_service(Binding.REDIRECT, "http://idp.example/sso")).xml(),
        "address",
    ),
    "a path as sign-in URL": (
        Metadata(services=_service(Binding.REDIRECT, "/sso")).xml(),
        "address",
    ),
    "a password in the sign-in URL": (
        Metadata(services=_service(Binding.REDIRECT, "https://a:b@idp.example/")).xml(),
        "address",
    ),
    "a script as logout URL": (
        Metadata(
            services=Metadata().services
            + _service(Binding.REDIRECT, "javascript:alert(1)", "SingleLogout")
        ).xml(),
        "address",
    ),
}


@pytest.mark.parametrize(("xml", "check"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_file_is_refused_with_what_is_wrong_and_what_to_do(xml: str, check: str) -> None:
    _refused(xml, check)


def test_the_refusals_speak_plainly() -> None:
    own = _refused(*REFUSED["our own"])
    page = _refused(*REFUSED["an HTML page"])
    encryption = _refused(*REFUSED["an encryption certificate only"])

    assert own.message().startswith("This is our own metadata")
    assert page.message().startswith("This is an HTML page")
    assert encryption.message().startswith("No signing certificate, only one for encryption.")


def test_plain_http_is_allowed_on_this_machine() -> None:
    location = "http://127.0.0.1:8080/sso"

    assert Metadata(services=_service(Binding.REDIRECT, location)).read().sso_url == location


def test_a_future_valid_until_is_fine() -> None:
    attribute = f' validUntil="{instant(NOW + timedelta(days=1))}" cacheDuration="PT1H"'

    assert Metadata(entity_attributes=attribute).read().sso_url == SSO


def test_a_difference_is_told_field_by_field() -> None:
    old = Metadata().read()
    new = replace(Metadata(keys=_key(NEXT)).read(), sso_url="https://idp.example/new")

    changes = {change.field: change for change in diff_identity_provider(old, new)}

    assert set(changes) == {"sso_url", "certificates"}
    assert changes["sso_url"].old == SSO
    assert changes["certificates"].new == new.certificates[0].fingerprint
    assert diff_identity_provider(old, old) == ()
    assert {change.field for change in diff_identity_provider(None, old)} >= {"entity_id"}
