"""The log as JSON, one object a line (``GATEHOUSE_LOG_FORMAT=json``)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import orjson
from typing_extensions import override


class JSONLines(logging.Formatter):
    """Writes ``time`` (RFC 3339), ``level``, ``logger``, ``request_id`` and ``message``.

    An error that was not expected has its ``trace``.
    """

    @override
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            entry["trace"] = record.exc_text
        # What is no Unicode, such as half of a pair, is replaced: a line is always written.
        return orjson.dumps(
            {name: text.encode("utf-8", "replace").decode() for name, text in entry.items()}
        ).decode()
