"""The accounts application."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.secrets import secret_paths


class AccountsConfig(AppConfig):
    """Tenants, users, roles, access profiles, groups, sign-in, audit trail."""

    name = "accounts"
    verbose_name = _("Users")

    @override
    def ready(self) -> None:
        secret_paths.install()
        # `accounts.signing_in.sign_in` writes it with the rest, for less.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
