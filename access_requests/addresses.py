"""Pages that mails about requests lead to; the console serves them."""

from __future__ import annotations

from typing import Final

from accounts.addresses import PageAbove

REQUESTS: Final = PageAbove("the requests that wait for somebody to decide them")
REQUEST: Final = PageAbove("the page on which one request is decided, by its key")
