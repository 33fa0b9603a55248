"""``manage.py count_seats``: how many seats are bought, used and waited for, once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from licenses.daily_counts import count_seats

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Count the seats of every tenant, once a day, and mail system admins what runs out or "
        "ends. Workers do so soon after midnight."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        return count_seats()
