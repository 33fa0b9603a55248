"""Pages that mails about applications lead to; the console serves them."""

from __future__ import annotations

from typing import Final

from accounts.addresses import PageAbove

APPLICATION: Final = PageAbove("how an application stands, by its key")
CONNECTION: Final = PageAbove("the connection of an application, by its key")
