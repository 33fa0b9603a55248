"""``manage.py create_operator``: a person who runs the deployment."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.addresses import PLATFORM
from accounts.commands import OperatorCommand
from accounts.errors import UserNameTakenError
from accounts.models import User
from accounts.services.users import create_operator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(OperatorCommand):
    help = (
        "Create an operator, who works on /platform/ and belongs to no tenant. Without "
        "--password a random one is made and printed."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="Address and user name.")
        parser.add_argument(
            "--password", default="", help="At least 12 characters; without it one is made."
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        email, password = options["email"].strip(), options["password"]
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(
                _("“%(email)s” is no e-mail address. Use one like olga@gatehouse.example.")
                % {"email": email}
            ) from error
        answer = {"operator_email": email, "platform_url": PLATFORM.url()}
        if password:
            validate_password(password, User(user_name=email, email=email))
        else:
            password = answer["password"] = secrets.token_urlsafe(18)
        try:
            create_operator(email=email, password=password)
        except UserNameTakenError as error:
            raise CommandError(
                _("There is already an operator %(email)s.") % {"email": email}
            ) from error
        return answer
