"""The SAML application."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class SamlSsoConfig(AppConfig):
    """The SAML service provider."""

    name = "saml_sso"
    verbose_name = _("SAML sign-on")

    @override
    def ready(self) -> None:
        """Connect the receivers, and check that the XML libraries fit together."""
        import_module("saml_sso.protocol.xmldsig").self_check()
        import_module("saml_sso.receivers")
        import_module("saml_sso.trail_words").register()
