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
        """Connect the receivers; check that the XML libraries fit together; erase who is erased."""
        import_module("saml_sso.protocol.xmldsig").self_check()
        import_module("saml_sso.receivers")
        import_module("saml_sso.trail_words").register()
        erase_maker = import_module("saml_sso.services.erasing").erase_maker
        import_module("accounts.trail.retention").erasers_by_name.append(erase_maker)
