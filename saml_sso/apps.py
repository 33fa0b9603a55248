"""The SAML application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SamlSsoConfig(AppConfig):
    """The SAML service provider."""

    name = "saml_sso"
    verbose_name = _("SAML sign-on")
