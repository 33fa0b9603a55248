"""The form that asks for a mail to choose a new password with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.forms import LONGEST_ADDRESS
from accounts.signing_in.password_reset import accounts_to_mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User


class AskForMailForm(PasswordResetForm):
    """Django's form, over the accounts of all tenants and with our own address in the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label = _("E-mail address")
        field.max_length = LONGEST_ADDRESS  # type: ignore[attr-defined]
        field.widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autofocus": True,
        }

    @override
    def get_users(self, email: str) -> Iterator[User]:
        return accounts_to_mail(email)

    def send_mails(self) -> None:
        """Mail whom the address belongs to, if anybody may choose a new password."""
        public = urlsplit(settings.BASE_URL)
        lifetime: dict[str, Any] = {"minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
        self.save(
            domain_override=public.netloc,
            use_https=public.scheme == "https",
            subject_template_name="accounts/mail/password_reset_subject.txt",
            email_template_name="accounts/mail/password_reset.txt",
            extra_email_context=lifetime,
        )
