"""The SCIM application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScimConfig(AppConfig):
    """The SCIM service provider, its sources and their tokens."""

    name = "scim"
    verbose_name = _("SCIM provisioning")
