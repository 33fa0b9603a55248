"""The whole way of a person, over real HTTP: product, demo identity provider and SCIM client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urljoin

import httpx2
import pytest

from tests.support.databases import migrated_database
from tests.support.html_forms import Form, checkbox_value, form_with_field, lxml_html
from tests.support.processes import PATIENCE, free_port
from tests.walk.conftest import Installation, started

# One installation serves every test here.
pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("walk")]


Browsers = Callable[[], httpx2.Client]


@pytest.fixture
def browser() -> Iterator[Browsers]:
    """Opens browsers without a session anywhere; they are closed after the test."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(
            httpx2.Client(follow_redirects=True, trust_env=False, timeout=PATIENCE)
        )


def submit(
    client: httpx2.Client, page: httpx2.Response, form: Form, **fields: str
) -> httpx2.Response:
    """Send ``form`` of ``page`` with ``fields`` filled in."""
    return client.post(
        urljoin(str(page.url), form.action),
        data={**form.fields, **fields},
        headers={"Referer": str(page.url)},
    )


def press(
    client: httpx2.Client, gatehouse: Installation, button: str, person: str
) -> httpx2.Response:
    """Press a button of the demo's dashboard: ``provision``, ``open`` or ``deactivate``."""
    return client.post(f"{gatehouse.demo_url}/{button}", data={"person": person})


def open_gatehouse(client: httpx2.Client, gatehouse: Installation, person: str) -> httpx2.Response:
    """Press *Open Gatehouse* and let the form that follows post the signed response."""
    page = press(client, gatehouse, "open", person)
    return submit(client, page, form_with_field(page.text, "SAMLResponse"))


def scim_users(gatehouse: Installation, user_name: str) -> list[dict[str, object]]:
    """The SCIM users called ``user_name``."""
    connection = gatehouse.connection
    answer = httpx2.get(
        f"{connection.scim_url}/Users",
        params={"filter": f'userName eq "{user_name}"'},
        headers={"Authorization": f"Bearer {connection.scim_token}"},
        trust_env=False,
        timeout=PATIENCE,
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json().get("Resources", [])
    return found


def signed_in_admin(client: httpx2.Client, gatehouse: Installation) -> httpx2.Client:
    """``client``, in which the sample tenant's admin has signed in with the printed password."""
    page = client.get(gatehouse.connection.console_url)
    page = submit(
        client, page, form_with_field(page.text, "username"), username="admin@acme.example"
    )
    page = submit(
        client,
        page,
        form_with_field(page.text, "password"),
        password=gatehouse.secrets.admin_password,
    )
    assert page.url.path.startswith("/console/"), page.text
    return client


def give_licence(admin: httpx2.Client, gatehouse: Installation, email: str, product: str) -> None:
    """User list, three-dot menu, Edit user settings, tick the licence, Save user details."""
    users = admin.get(f"{gatehouse.url}/console/accounts/user/", params={"q": email})
    settings = admin.get(urljoin(str(users.url), link_called(users.text, "Edit user settings")))
    form = form_with_field(settings.text, "version")
    ticked = checkbox_value(settings.text, f"{product}:")

    saved = submit(admin, settings, form, licenses=ticked)

    assert "All are taken" not in saved.text
    assert saved.history, saved.text


def link_called(page: str, words: str) -> str:
    """Where the first link of ``page`` that shows ``words`` leads."""
    for link in lxml_html.fromstring(page).iter("a"):
        if words in link.text_content():
            return str(link.get("href"))
    raise AssertionError(f"No link {words!r} in:\n{page[:3000]}")


def shown_text(page: httpx2.Response) -> str:
    """The text of a page, with single spaces."""
    return " ".join(lxml_html.fromstring(page.text).text_content().split())


def test_an_answer_says_how_long_it_is(gatehouse: Installation) -> None:
    connection = gatehouse.connection
    for url in (f"{connection.scim_url}/ServiceProviderConfig", f"{gatehouse.url}/sign-in/"):
        answer = httpx2.get(
            url,
            headers={
                "Authorization": f"Bearer {connection.scim_token}",
                "Accept-Encoding": "identity",
            },
            trust_env=False,
            timeout=PATIENCE,
        )

        assert answer.headers["Content-Length"] == str(len(answer.content))
        assert "Transfer-Encoding" not in answer.headers


def test_provision_license_and_open(gatehouse: Installation, browser: Browsers) -> None:
    email = "mara.lindqvist@acme.example"
    mara = browser()

    provisioned = press(mara, gatehouse, "provision", "mara")
    assert "now has an account" in provisioned.text
    (user,) = scim_users(gatehouse, email)
    assert user["active"] is True

    before = open_gatehouse(mara, gatehouse, "mara")
    assert before.url.path == "/account/"
    assert "Insight Studio" not in shown_text(before)

    give_licence(signed_in_admin(browser(), gatehouse), gatehouse, email, "Insight Studio")

    account = open_gatehouse(mara, gatehouse, "mara")
    assert account.url.path == "/account/"
    assert "Mara Lindqvist" in shown_text(account)
    assert "Insight Studio" in shown_text(account)


def test_the_sign_on_page_leads_through_the_identity_provider(
    gatehouse: Installation, browser: Browsers
) -> None:
    aiko = browser()
    press(aiko, gatehouse, "provision", "aiko")

    chooser = aiko.get(gatehouse.connection.sign_on_page_url)
    assert str(chooser.url).startswith(f"{gatehouse.demo_url}/sso?")
    form = form_with_field(chooser.text, "request_id")
    posted = submit(aiko, chooser, form, person="aiko")
    account = submit(aiko, posted, form_with_field(posted.text, "SAMLResponse"))

    assert account.url.path == "/account/"
    assert "Aiko Tanaka" in shown_text(account)


def test_a_response_cannot_be_used_twice(gatehouse: Installation, browser: Browsers) -> None:
    press(browser(), gatehouse, "provision", "ines")
    page = press(browser(), gatehouse, "open", "ines")
    form = form_with_field(page.text, "SAMLResponse")
    assert submit(browser(), page, form).url.path == "/account/"

    thief = browser()
    refused = submit(thief, page, form)

    assert refused.status_code == 403
    assert "eference" in refused.text
    assert thief.get(f"{gatehouse.url}/account/").url.path == "/sign-in/"


def test_somebody_never_provisioned_is_refused_with_a_reference(
    gatehouse: Installation, browser: Browsers
) -> None:
    stranger = browser()

    refused = open_gatehouse(stranger, gatehouse, "stranger")

    assert refused.status_code == 403
    assert "eference" in refused.text
    assert "sam@elsewhere.example" not in refused.text


def cards(page: httpx2.Response) -> dict[str, str]:
    """What the demo's dashboard says of each person, by their address; of nobody in two ways."""
    found = {}
    for card in lxml_html.fromstring(page.text).xpath("//li[contains(@class, 'person')]"):
        [address] = card.xpath(".//*[@class='mail']/text()")
        found[address] = " ".join(card.xpath(".//*[contains(@class, 'state')]//text()"))
    return found


def test_every_card_says_how_things_stand_and_what_opening_would_bring(
    gatehouse: Installation, browser: Browsers
) -> None:
    client, address = browser(), "tomasz.zielinski@acme.example"
    before = cards(client.get(gatehouse.demo_url))
    unknown = {each for each, says in before.items() if not says}

    assert unknown == {"sam@elsewhere.example"}  # Of whom Gatehouse knows nothing.
    assert len(before) > 4
    assert "No account yet" in before[address]
    assert "Gatehouse refuses them until they are provisioned." in before[address]
    for button, state in (
        ("provision", "Active account"),
        ("deactivate", "Inactive account"),
        ("provision", "Active account"),
    ):
        assert state in cards(press(client, gatehouse, button, "tomasz"))[address]
        assert state in cards(client.get(gatehouse.demo_url))[address]


def test_deactivation_ends_the_session_and_provisioning_lets_them_in_again(
    gatehouse: Installation, browser: Browsers
) -> None:
    jonas = browser()
    press(jonas, gatehouse, "provision", "jonas")
    assert open_gatehouse(jonas, gatehouse, "jonas").url.path == "/account/"

    assert "is inactive" in press(browser(), gatehouse, "deactivate", "jonas").text

    assert jonas.get(f"{gatehouse.url}/account/").url.path == "/sign-in/"
    assert open_gatehouse(jonas, gatehouse, "jonas").status_code == 403
    assert "already had an account" in press(browser(), gatehouse, "provision", "jonas").text
    assert open_gatehouse(jonas, gatehouse, "jonas").url.path == "/account/"


@pytest.mark.django_db
def test_a_second_start_keeps_the_data_and_the_token(
    tmp_path_factory: pytest.TempPathFactory,
    browser: Browsers,
) -> None:
    folder = tmp_path_factory.mktemp("var")
    port = free_port(in_a_row=2)
    with migrated_database() as database_url:
        with started(database_url, folder, port) as first:
            press(browser(), first, "provision", "tomasz")
            printed = (first.connection, first.secrets)

        with started(database_url, folder, port) as second:
            assert (second.connection, second.secrets) == printed
            assert scim_users(second, "tomasz.zielinski@acme.example")
            assert open_gatehouse(browser(), second, "tomasz").url.path == "/account/"
            signed_in_admin(browser(), second)
