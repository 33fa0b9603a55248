"""What was entered when the session ended comes back over the identity provider, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse

from accounts.models import Session
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from tests.conftest import signed_in
from tests.saml_sso.test_sp_initiated import CROSS_SITE
from tests.support.saml_party import Party, post_response, request_in

if TYPE_CHECKING:
    from accounts.models import User


def test_it_comes_back_to_whoever_signs_in_at_the_identity_provider(
    alice: User, idp: Party
) -> None:
    browser = signed_in(alice)
    url = reverse("console:accounts_user_add")
    browser.get(url)
    Session.objects.filter(user=alice).delete()
    browser.post(url, {"user_name": "zoe@acme.example", "_save": "1"})
    begun = request_in(browser.get(f"/saml/acme/?next={url}")["Location"]).get("ID")

    answer = idp.forge.but(name_id="alice@acme.example", in_response_to=str(begun))
    # The browser brings no cookies to what another site posts, and all of them afterwards.
    arrived = post_response(Client(), answer, **CROSS_SITE)
    landed = browser.get(arrived["Location"], follow=True)

    page = landed.content.decode()
    assert "zoe@acme.example" in page
    assert f'name="{LOOK_AGAIN}"' in page
