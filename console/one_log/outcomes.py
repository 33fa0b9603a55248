"""How an entry of any kind ended, in the same four words."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """How something ended, or that it has not yet."""

    DONE = "done", _("Done")
    FAILED = "failed", _("Refused or failed")
    WAITING = "waiting", _("Waiting")
    EXPECTED = "expected", _("Nothing to do")


MARKS: Final = {
    Outcome.DONE: "good",
    Outcome.FAILED: "bad",
    Outcome.WAITING: "busy",
    Outcome.EXPECTED: "off",
}
