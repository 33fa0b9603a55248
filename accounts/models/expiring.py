"""Credentials that end by themselves: what they have in common for whoever must be warned."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Self

    from accounts.models.tenants import Tenant


class ExpiringCredential(models.Model):
    """Base of every model whose rows let somebody in, or vouch for us, until a date.

    Whatever inherits it is warned of by page and mail (`accounts.services.expiry`), unasked.
    """

    warned_days = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text="The last threshold a mail went out for."
    )

    class Meta:
        abstract = True

    @classmethod
    @abstractmethod
    def of_which_to_warn(cls, tenant: Tenant) -> Iterable[Self]:
        """Return those of ``tenant``, whose scope is active, whose end would be missed."""

    @property
    @abstractmethod
    def ends_at(self) -> datetime | None:
        """When it is good no more; nothing if it has no end."""

    @property
    @abstractmethod
    def called(self) -> str:
        """What it is and which one, as a person knows it, such as ``The token “x” of Okta``."""

    @property
    @abstractmethod
    def renewal(self) -> str:
        """What to do before it ends: one sentence or two."""

    @property
    @abstractmethod
    def page(self) -> str:
        """The path of the console's page on which that is done."""
