"""The provisioning application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvisioningConfig(AppConfig):
    """Applications, and the engine that pushes people and groups to them."""

    name = "provisioning"
    verbose_name = _("Provisioning")
