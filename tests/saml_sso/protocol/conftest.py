"""The tenant Acme and its identity provider."""

import pytest

from tests.support.saml import Forge
from tests.support.saml_trust import Trust, acme_trust


@pytest.fixture
def acme() -> Trust:
    """A trust in which everything is right."""
    return acme_trust()


@pytest.fixture
def forge(acme: Trust) -> Forge:
    """A response in which everything is right."""
    return acme.forge
