"""The audit trail: who changed or was refused what, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.transactions import CurrentTransaction, TransactionNumberField
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager

if TYPE_CHECKING:
    from accounts.trail.telling import Told

FORMER_NAMES: Final = "accounts_former_names"
"""The function of the database that reads from ``details`` what somebody was called before."""
IS_NAMING: Final = Q(details__has_any_keys=["names", "user_name", "display_name"])
"""Whether an entry tells such names: those of today keep ``names``, older ones the others."""
IS_REFUSAL: Final = Q(action__endswith=".refused") | Q(action__endswith=".throttled")
"""Whether an entry tells of what was not done."""
MOVED: Final = ("added", "removed")
"""The details that name who joined and who left, by id."""


class AuditEntry(models.Model):
    """One change or refusal.  Entries are written with the change and never edited.

    Actor and target are kept as text, so that an entry survives what it speaks of.  An
    operator's action that concerns no tenant has none.
    """

    # Both indexes below begin with it.  No key: each change would lock the tenant's row for it.
    tenant = TenantForeignKey(null=True, db_index=False, db_constraint=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.CharField(_("who"), max_length=300)
    action = models.CharField(_("action"), max_length=100, help_text="Such as user.deactivated.")
    target_type = models.CharField(_("kind of object"), max_length=50, blank=True)
    target_id = models.CharField(_("id of the object"), max_length=100, blank=True)
    target = models.CharField(_("object"), max_length=500, blank=True)
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("details"), default=dict, blank=True
    )

    request_id = models.CharField(
        _("request id"), max_length=64, blank=True, db_default="", help_text="As in the log."
    )

    transaction = TransactionNumberField(
        _("change number"),
        db_default=CurrentTransaction(),
        editable=False,
        help_text="The same for all entries that were written in one transaction.",
    )

    told: Told | None = None
    """The entry in words, once a page has looked them up."""
    person_page: str = ""
    """The page of the person whom it is about, where a list links to it."""
    page: str = ""
    """The page of the object, where one is linked."""

    objects: ClassVar[TenantScopedManager[AuditEntry]] = TenantScopedManager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-id"]
        base_manager_name = "objects"
        indexes = [
            # Each of them gives the newest first: of a tenant, and of one object or person of it.
            models.Index(fields=["tenant", "-at", "-id"], name="audit_by_time"),
            models.Index(
                fields=["tenant", "target_id", "-at", "-id"], name="audit_of_target_by_time"
            ),
            models.Index(fields=["tenant", "actor", "-at", "-id"], name="audit_of_actor_by_time"),
            models.Index(
                fields=["tenant", "-at", "-id"], name="audit_refusals", condition=IS_REFUSAL
            ),
            models.Index(fields=["tenant", "action", "-id"], name="audit_of_action"),
            # What happened in one tenant, and in all of them, in the order of the change feed.
            models.Index(fields=["tenant", "transaction", "id"], name="audit_feed_of_tenant"),
            models.Index(fields=["transaction", "id"], name="audit_feed"),
            models.Index(
                fields=["request_id"], name="audit_of_request", condition=~Q(request_id="")
            ),
            # The others concern few entries, and none that an identity provider writes often.
            models.Index(
                "tenant",
                KeyTransform("product", "details"),
                F("at").desc(),
                F("id").desc(),
                name="audit_of_product_by_time",
                condition=Q(details__has_key="product"),
            ),
            GinIndex(
                Func(F("details"), function=FORMER_NAMES),
                name="audit_former_names",
                condition=IS_NAMING,
            ),
            GinIndex(
                KeyTransform("added", "details"),
                name="audit_of_added",
                condition=Q(details__has_key="added"),
            ),
            GinIndex(
                KeyTransform("removed", "details"),
                name="audit_of_removed",
                condition=Q(details__has_key="removed"),
            ),
        ]

    @override
    def __str__(self) -> str:
        return date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
