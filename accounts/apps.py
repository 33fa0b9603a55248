"""The accounts application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Tenants, users, roles, access profiles, groups, sign-in, audit trail."""

    name = "accounts"
    verbose_name = _("Users")
