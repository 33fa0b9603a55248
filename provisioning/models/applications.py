"""Applications: the systems that people and groups are pushed to."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.secrets.sealed_fields import SealedTextField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from scim.models import Source

SEALED_TOKEN: Final = "token of an application"  # noqa: S105 - a purpose
SEALED_SECRET: Final = "client secret of an application"  # noqa: S105 - a purpose
ONE_DAY, TEN_YEARS = 1, 3650
HUNDRED: Final = 100


class SignIn(models.TextChoices):
    """How we sign in at the target."""

    BEARER = "bearer", _("Bearer token")
    OAUTH = "oauth", _("OAuth 2 client credentials")


class GroupChoice(models.TextChoices):
    """Which groups are pushed."""

    ASSIGNED = "assigned", _("The assigned groups, with those nested in them")
    ALL = "all", _("All directory groups")
    NONE = "none", _("No groups")


class Leaving(models.TextChoices):
    """What is done there with whoever leaves."""

    NOTHING = "nothing", _("Nothing")
    DEACTIVATE = "deactivate", _("Deactivate")
    DELETE = "delete", _("Delete")
    DEACTIVATE_THEN_DELETE = "deactivate_then_delete", _("Deactivate, and delete after some days")


class Adoption(models.TextChoices):
    """What is done when one account there matches somebody."""

    LINK = "link", _("Link it")
    ASK = "ask", _("Ask")
    FAIL = "fail", _("Refuse")


class DriftRule(models.TextChoices):
    """What is done about a value that somebody changed there."""

    REPORT = "report", _("Report it")
    OVERWRITE = "overwrite", _("Overwrite it")
    ACCEPT = "accept", _("Accept it")


class Every(models.TextChoices):
    """How often everything is compared with the target."""

    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    NEVER = "never", _("Never")


def _switch(label: Any, *, default: bool) -> models.BooleanField[bool, bool]:
    return models.BooleanField(label, default=default)


def _leaving(label: Any) -> models.CharField[str, str]:
    return models.CharField(label, max_length=30, choices=Leaving, default=Leaving.DEACTIVATE)


class Application(TenantScopedModel):
    """A system that people and groups are pushed to over SCIM, and how.

    Nothing is sent before ``first_plan_sent_at``.  ``learned`` is what the target has shown of
    itself; ``mapping_revision`` moves with its mapping tables.
    """

    name = models.CharField(_("display name"), max_length=200)
    catalogue_key = models.CharField(_("kind of application"), max_length=50, default="generic")
    base_url = models.TextField(_("SCIM base URL"), blank=True)
    sign_in = models.CharField(
        _("way to sign in"), max_length=10, choices=SignIn, default=SignIn.BEARER
    )
    token = SealedTextField(purpose=SEALED_TOKEN, blank=True, editable=False)
    token_url = models.TextField(_("token URL"), blank=True)
    client_id = models.TextField(_("client id"), blank=True)
    client_secret = SealedTextField(purpose=SEALED_SECRET, blank=True, editable=False)
    scope_text = models.TextField(_("scope"), blank=True)
    is_paused = models.BooleanField(_("paused"), default=False)
    paused_reason = models.TextField(_("why it is paused"), blank=True)
    quarantined_at = models.DateTimeField(_("in quarantine since"), null=True, editable=False)
    quarantine_reason = models.TextField(_("why it is in quarantine"), blank=True, editable=False)
    stuck_told_at = models.DateTimeField(
        _("admins were told what is stuck"), null=True, editable=False
    )
    first_plan_sent_at = models.DateTimeField(_("first plan sent"), null=True, editable=False)

    create_users = _switch(_("create users"), default=True)
    update_users = _switch(_("update users"), default=True)
    delete_users = _switch(_("delete users"), default=False)
    create_groups = _switch(_("create groups"), default=True)
    update_groups = _switch(_("update groups"), default=True)
    delete_groups = _switch(_("delete groups"), default=False)
    push_memberships = _switch(_("add and remove group members"), default=True)
    push_roles = _switch(_("add and remove roles of a user"), default=False)
    push_permissions = _switch(_("add and remove permissions of a user"), default=False)
    group_choice = models.CharField(
        _("groups"), max_length=10, choices=GroupChoice, default=GroupChoice.ASSIGNED
    )
    on_left_scope = _leaving(_("who is assigned no more"))
    on_deactivated = _leaving(_("who is deactivated"))
    on_deleted = _leaving(_("who is deleted"))
    delete_after_days = models.PositiveIntegerField(
        _("days until deletion"),
        default=30,
        validators=[MinValueValidator(ONE_DAY), MaxValueValidator(TEN_YEARS)],
    )
    removal_number = models.PositiveIntegerField(
        _("most removals at once"),
        null=True,
        blank=True,
        default=20,
        help_text=_("More in one run or hour wait until you allow them. Empty: no such limit."),
    )
    removal_percent = models.PositiveIntegerField(
        _("most removals at once, in percent"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(HUNDRED)],
    )
    adopt = models.CharField(
        _("when an account matches"), max_length=10, choices=Adoption, default=Adoption.LINK
    )
    own_adopted = models.BooleanField(_("delete accounts that were there before"), default=False)
    drift = models.CharField(
        _("changed there"), max_length=10, choices=DriftRule, default=DriftRule.REPORT
    )
    drift_of: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        _("changed there, by attribute"), default=dict, blank=True
    )
    compare_every = models.CharField(
        _("compare with the target"), max_length=10, choices=Every, default=Every.DAY
    )
    keeps_bodies = models.BooleanField(
        _("keep what is said unmasked"),
        default=False,
        help_text=_("Sealed; whoever looks is in the audit trail. Secrets are never kept."),
    )
    log_retention_days = models.PositiveIntegerField(
        _("keep the log for"),
        default=30,
        validators=[MinValueValidator(ONE_DAY), MaxValueValidator(TEN_YEARS)],
        help_text=_("In days."),
    )
    source = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("the same system as the source"),
    )
    learned: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True, editable=False
    )
    mapping_revision = models.PositiveIntegerField(default=1, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_modified = models.DateTimeField(_("last modified"), default=timezone.now, editable=False)

    objects: ClassVar[TenantScopedManager[Application]] = TenantScopedManager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["name"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="application_key_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "name"], name="application_name_in_tenant"),
            SameTenant(field="source", name="application_source_in_tenant"),
            models.CheckConstraint(
                condition=Q(on_left_scope__in=Leaving.values)
                & Q(on_deactivated__in=Leaving.values)
                & Q(on_deleted__in=Leaving.values),
                name="application_knows_what_to_do",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name
