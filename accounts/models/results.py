"""What is done to many rows at once: what was wanted, and what became of each row."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.secrets.sealed_fields import SealedBinaryField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager

ACTION_LINE: Final = "action line"
"""The purpose for which the values of a line are sealed."""


class ActionResult(models.Model):
    """An action that somebody wanted for many rows; an operator's has no tenant.

    Who may do the same reads it.  A job does it, line by line; without one there was nothing to
    do.  One that takes another one back is one itself, and the only one of that other one.
    """

    class State(models.TextChoices):
        """How far it is.  Who stopped it, or why it stopped by itself, may let it go on."""

        GOING = "going", _("Under way")
        STOPPING = "stopping", _("Stopping")
        STOPPED = "stopped", _("Stopped")
        OVER = "over", _("Over")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = TenantForeignKey(null=True)
    # No key: everybody's deletion would look for rows here.
    maker = models.UUIDField(_("made by"))
    created = models.DateTimeField(_("time"), default=timezone.now)
    site = models.CharField(_("site"), max_length=20, help_text="Such as console.")
    about = models.CharField(_("list"), max_length=100, help_text="Such as accounts.user.")
    action = models.CharField(
        _("action"), max_length=100, help_text="What does it, of the list's pages."
    )
    title = models.CharField(_("title"), max_length=300)
    file_name = models.CharField(_("name of the file"), max_length=100)
    back = models.TextField(_("page that it was done on"))
    reason = models.CharField(
        _("reason"), max_length=300, blank=True, help_text="Of whoever wanted it, in their words."
    )
    total = models.PositiveIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OVER)
    stopped_because = models.TextField(
        _("reason"), blank=True, help_text="Empty when its maker stopped it."
    )
    # No key: what is done, and what became of it, are forgotten at times of their own.
    job = models.UUIDField(_("job"), null=True)
    undo_until = models.DateField(
        _("last day on which it can be undone"), null=True, help_text="Empty: it cannot be."
    )
    # No key, for the same reason.
    undoes = models.UUIDField(_("undoes"), null=True, help_text="The action that it takes back.")

    objects: ClassVar[TenantScopedManager[ActionResult]] = TenantScopedManager()

    class Meta:
        verbose_name = _("result of an action")
        verbose_name_plural = _("results of actions")
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["maker", "-created"], name="results_of_maker"),
            models.Index(fields=["tenant", "site", "-created"], name="results_of_tenant"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="action_result_of_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "undoes"],
                condition=models.Q(undoes__isnull=False),
                name="action_undone_once",
                nulls_distinct=False,
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.title


class ActionLine(models.Model):
    """One row that an action is about, and what became of it."""

    class Outcome(models.TextChoices):
        """What became of a row; nothing so far while it is empty."""

        DONE = "done", _("Done")
        PASSED_OVER = "passed over", _("Passed over")
        REFUSED = "refused", _("Refused")

    tenant = TenantForeignKey(null=True, db_index=False)
    result = models.ForeignKey(ActionResult, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("number"), help_text="Its turn; the first is 1.")
    row = models.CharField(_("row"), max_length=64, blank=True, help_text="Its primary key.")
    name = models.TextField(_("name"), help_text="Of the row, when it was picked.")
    choice: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("what was chosen"), default=dict, blank=True, help_text="Ids."
    )
    sealed = SealedBinaryField(
        purpose=ACTION_LINE,
        default=b"",
        db_default=b"",
        help_text="Values to be written; empty once it was tried.",
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # No key: what was done to somebody outlives them, until they are erased.
    person = models.UUIDField(_("person"), null=True, help_text="Whom the row is about.")
    kept: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("what undoing needs"), default=dict, blank=True, help_text="Ids. Empty: nothing to undo."
    )
    followed: models.JSONField[dict[str, int] | None, dict[str, int] | None] = models.JSONField(
        _("what followed"), null=True, help_text="Numbers. Empty when nothing was counted."
    )
    can_pass = models.BooleanField(
        _("the reason can pass"),
        default=False,
        db_default=False,
        help_text="Nothing is wrong with the row; what was in the way may be gone.",
    )
    ended = models.DateTimeField(_("time"), null=True, help_text="Empty when it was not tried.")

    objects: ClassVar[TenantScopedManager[ActionLine]] = TenantScopedManager()

    class Meta:
        verbose_name = _("line of a result")
        verbose_name_plural = _("lines of results")
        base_manager_name = "objects"
        indexes = [
            models.Index(
                fields=["tenant", "person"],
                condition=models.Q(person__isnull=False),
                name="lines_about_person",
            )
        ]
        constraints = [
            SameTenant(field="result", name="action_line_result_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "result", "number"],
                name="action_line_number_once",
                nulls_distinct=False,
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name
