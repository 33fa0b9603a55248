"""``manage.py start_subscriptions``: licences of subscriptions whose first day has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from licenses.subscriptions import start_subscriptions

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Give seats of subscriptions that start today to the members of directory groups who "
        "wait for one. Workers do so soon after midnight."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        return start_subscriptions()
