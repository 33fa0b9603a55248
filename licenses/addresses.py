"""Pages that mails about licences lead to; the console serves them."""

from __future__ import annotations

from typing import Final

from accounts.addresses import PageAbove

SEATS_OVER_TIME: Final = PageAbove("how many seats were bought, used and waited for")
