"""Fixtures that start identity providers other people wrote, once per service provider."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.foreign_idps.npm_saml_idp import NpmSamlIdp, running_npm_saml_idp
from tests.foreign_idps.parties import ServiceProviderFacts
from tests.foreign_idps.simplesamlphp import SimpleSamlPhp, running_simplesamlphp


@pytest.fixture(scope="session")
def npm_saml_idp(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[ServiceProviderFacts], NpmSamlIdp]]:
    """Start npm's ``saml-idp`` for a service provider, or return the one already running."""
    with ExitStack() as processes:

        @cache
        def start(service_provider: ServiceProviderFacts) -> NpmSamlIdp:
            folder = tmp_path_factory.mktemp("npm-saml-idp")
            return processes.enter_context(running_npm_saml_idp(service_provider, folder))

        yield start


@pytest.fixture(scope="session")
def simplesamlphp(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[ServiceProviderFacts], SimpleSamlPhp]]:
    """Start SimpleSAMLphp for a service provider, or return the one already running."""
    with ExitStack() as processes:

        @cache
        def start(service_provider: ServiceProviderFacts) -> SimpleSamlPhp:
            folder = tmp_path_factory.mktemp("simplesamlphp")
            return processes.enter_context(running_simplesamlphp(service_provider, folder))

        yield start
