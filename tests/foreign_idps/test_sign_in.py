"""Signing in here through identity providers other people wrote, over real HTTP.

The walk does the same with pysaml2, which the demo identity provider is built on.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx2
import pytest
from lxml import etree

from tests.foreign_idps.parties import ForeignIdentityProvider, PostedResponse, ServiceProviderFacts
from tests.foreign_idps.test_processes import NAMES
from tests.support.installation import Gatehouse, ServedTenant
from tests.support.processes import PATIENCE

# One server serves every test here, on a copy of the tests' database.
pytestmark = [pytest.mark.xdist_group("served_gatehouse"), pytest.mark.django_db]

Start = Callable[[ServiceProviderFacts], ForeignIdentityProvider]


@dataclass(frozen=True)
class Connected:
    """A tenant and the foreign identity provider that it trusts."""

    tenant: ServedTenant
    idp: ForeignIdentityProvider
    ines: str
    jonas: str
    browsers: ExitStack = field(default_factory=ExitStack)

    def browser(self) -> httpx2.Client:
        """A browser without a session."""
        return self.browsers.enter_context(self.tenant.browser())


def our_encryption_certificate(tenant: ServedTenant) -> str:
    """What assertions are to be encrypted for, read from the tenant's metadata."""
    # The first to ask for it waits until a key is made.
    metadata = httpx2.get(f"{tenant.url}metadata", trust_env=False, timeout=PATIENCE).content
    path = ".//md:KeyDescriptor[@use='encryption']//ds:X509Certificate"
    body = "".join(etree.fromstring(metadata).findtext(path, "", NAMES).split())
    assert body, metadata
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def connect(gatehouse: Gatehouse, slug: str, start: Start, *, encrypt: bool) -> Connected:
    """A new tenant that trusts the started provider by that one's own metadata."""
    tenant = gatehouse.make_tenant(slug)
    certificate = our_encryption_certificate(tenant) if encrypt else ""
    idp = start(ServiceProviderFacts(tenant.url, tenant.url, certificate))
    directory = tenant.connect(idp.metadata())
    return Connected(tenant, idp, directory.add_person("Ines"), directory.add_person("Jonas"))


@pytest.fixture(scope="session")
def npm(served_gatehouse: Gatehouse, npm_saml_idp: Start) -> Iterator[Connected]:
    """A tenant connected to npm's ``saml-idp``."""
    connected = connect(served_gatehouse, "npm", npm_saml_idp, encrypt=False)
    with connected.browsers:
        yield connected


@pytest.fixture(scope="session")
def php(served_gatehouse: Gatehouse, simplesamlphp: Start) -> Iterator[Connected]:
    """A tenant connected to SimpleSAMLphp, which encrypts what it asserts."""
    connected = connect(served_gatehouse, "php", simplesamlphp, encrypt=True)
    with connected.browsers:
        yield connected


@pytest.fixture(params=["npm", "php"])
def connected(request: pytest.FixtureRequest) -> Connected:
    """A tenant with each foreign identity provider in turn."""
    found: Connected = request.getfixturevalue(request.param)
    return found


def bring(browser: httpx2.Client, posted: PostedResponse) -> httpx2.Response:
    """Post the response as browsers do from another site: Lax cookies are held back."""
    answer = httpx2.post(
        posted.acs_url,
        data=posted.fields,
        headers={"Sec-Fetch-Site": "cross-site"},
        trust_env=False,
        timeout=PATIENCE,
    )
    browser.cookies.update(answer.cookies)
    location = answer.headers.get("Location")
    return browser.get(location) if location else answer


def redirected(connected: Connected, browser: httpx2.Client) -> str:
    """Where the tenant's sign-on page sends a browser."""
    answer = browser.get(connected.tenant.url, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    location = str(answer.headers["Location"])
    assert "SAMLRequest=" in location
    return location


def is_signed_out(browser: httpx2.Client) -> bool:
    """Whether the account page asks this browser to sign in."""
    return browser.get("/account/").url.path != "/account/"


def test_a_response_nobody_asked_for_signs_the_right_person_in(connected: Connected) -> None:
    page = bring(connected.browser(), connected.idp.idp_initiated(connected.ines))

    assert page.url.path == "/account/"
    assert connected.ines in page.text
    assert connected.jonas not in page.text


def test_the_sign_on_page_leads_through_the_identity_provider(connected: Connected) -> None:
    browser = connected.browser()

    posted = connected.idp.answer(redirected(connected, browser), connected.jonas)
    page = bring(browser, posted)

    assert page.url.path == "/account/"
    assert connected.jonas in page.text
    assert connected.ines not in page.text


@pytest.mark.parametrize("asked", [False, True], ids=["idp_initiated", "sp_initiated"])
def test_a_response_signs_in_once(connected: Connected, *, asked: bool) -> None:
    first, second = connected.browser(), connected.browser()
    posted = (
        connected.idp.answer(redirected(connected, first), connected.ines)
        if asked
        else connected.idp.idp_initiated(connected.ines)
    )
    assert bring(first, posted).url.path == "/account/"

    page = bring(second, posted)

    assert page.status_code == 403
    assert is_signed_out(second)


def test_somebody_without_an_account_is_refused(connected: Connected) -> None:
    browser = connected.browser()

    page = bring(browser, connected.idp.idp_initiated("stranger@elsewhere.example"))

    assert page.status_code == 403
    assert "stranger" not in page.text
    assert is_signed_out(browser)


def test_an_answer_is_of_use_only_to_the_browser_that_asked(connected: Connected) -> None:
    asker, other = connected.browser(), connected.browser()
    posted = connected.idp.answer(redirected(connected, asker), connected.ines)

    page = bring(other, posted)

    assert page.status_code == 403
    assert is_signed_out(other)


def test_one_tenants_identity_provider_signs_nobody_in_at_another(
    npm: Connected, php: Connected
) -> None:
    browser = php.browser()
    posted = npm.idp.idp_initiated(php.ines)

    page = bring(browser, PostedResponse(php.tenant.url, posted.fields))

    assert page.status_code == 403
    assert is_signed_out(browser)


def test_simplesamlphp_sends_its_assertions_encrypted(php: Connected) -> None:
    document = php.idp.idp_initiated(php.ines).document

    assert document.find("saml:EncryptedAssertion", NAMES) is not None
    assert document.find("saml:Assertion", NAMES) is None
