"""The accounts application."""

from importlib import import_module

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
        methods = import_module("accounts.signing_in.sign_in_methods").METHOD_NAMES
        import_module("accounts.trail.labels").register_words("method", methods)
        erase_lines = import_module("accounts.services.action_results").erase_lines_about
        retention = import_module("accounts.trail.retention")
        retention.erasers.append(erase_lines)
        erase_failures = import_module("accounts.signing_in.throttling").erase_failures
        erase_acts = import_module("accounts.trail.erasing").erase_acts
        retention.erasers_by_name.extend([erase_acts, erase_failures])
        # `accounts.signing_in.sign_in` writes it with the rest, for less.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
