"""``manage.py prune_request_log``: delete what is past its retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from accounts.commands import OperatorCommand
from scim.log.request_log_retention import prune_request_log

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(OperatorCommand):
    help = (
        "Delete entries of the SCIM request log that are older than their source keeps them. "
        "Workers do so every hour."
    )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        return {"deleted": prune_request_log()}
