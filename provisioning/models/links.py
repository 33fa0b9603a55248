"""What is known of the objects of an application's target: ours beside theirs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class ObjectKind(models.TextChoices):
    """What is pushed; as :class:`provisioning.protocol.steps.Kind`, with names for people."""

    USER = "User", _("Person")
    GROUP = "Group", _("Group")


class Link(TenantScopedModel):
    """An object of ours and the resource that stands for it at an application's target.

    The row is there from the moment before the first POST, and goes when the target has confirmed
    that the resource is gone.  What is kept of the resource is written with each answer.
    """

    class State(models.TextChoices):
        """How sure we are of the resource."""

        REFUSED = "refused", _("Not created")
        MAKING = "making", _("Being created")
        UNKNOWN = "unknown", _("Perhaps created")
        LINKED = "linked", _("Linked")
        TOMBSTONE = "tombstone", _("Left")

    # Every index below begins with it.
    tenant = TenantForeignKey(db_index=False)
    application = models.ForeignKey(
        "provisioning.Application", on_delete=models.CASCADE, related_name="links", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ObjectKind)
    object_id = models.CharField(_("id here"), max_length=64)
    name = models.CharField(_("name"), max_length=500, blank=True)
    remote_id = models.CharField(_("id there"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAKING)
    adopted = models.BooleanField(
        _("was there before us"), default=False, help_text="Deleted only where that is allowed."
    )
    is_taken_in = models.BooleanField(
        _("taken in by an import"),
        default=False,
        help_text="Nobody has wanted it there since: nothing is sent of it, or taken away.",
    )
    applied: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("written last"), default=dict, help_text="Path to value."
    )
    seen: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("shown last"), default=dict, help_text="The resource in its canonical form."
    )
    unkept: models.JSONField[list[str], list[str]] = models.JSONField(
        _("not kept there"), default=list, help_text="Paths whose values the target did not keep."
    )
    drift: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("changed there"), default=dict, help_text="Path to what we wrote and what is there."
    )
    version = models.CharField(_("version there"), max_length=500, blank=True)
    desired_hash = models.CharField(
        _("digest of what was wanted"), max_length=64, blank=True, help_text="When last in step."
    )
    is_active = models.BooleanField(_("active there"), default=True)
    roles: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        _("roles"), default=dict, help_text="Those that we gave: key to display."
    )
    entitlements: models.JSONField[list[str], list[str]] = models.JSONField(
        _("entitlements"), default=list, help_text="Those that we gave."
    )
    manager = models.CharField(_("manager there"), max_length=500, blank=True)
    unsettled: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("perhaps done"), default=dict, help_text="The step that nobody answered."
    )
    deactivated_at = models.DateTimeField(_("deactivated"), null=True)
    delete_due = models.DateTimeField(_("to be deleted"), null=True)
    quarantined_at = models.DateTimeField(_("in quarantine since"), null=True)
    quarantine_reason = models.TextField(_("reason of the quarantine"), blank=True)
    quarantine_hash = models.CharField(
        _("digest of what was refused"),
        max_length=64,
        blank=True,
        help_text="Another one, and it is tried again.",
    )
    leaving_refused_at = models.DateTimeField(
        _("kept by the target since"),
        null=True,
        help_text="A person who leaves, and whom the target does not let go: access stays.",
    )
    last_modified = models.DateTimeField(_("last change"), default=timezone.now)

    objects: ClassVar[TenantScopedManager[Link]] = TenantScopedManager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="link_application_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "id"], name="link_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind", "object_id"], name="link_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "application", "kind", "remote_id"],
                name="link_of_one_object",
                condition=~Q(remote_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "object_id"], name="links_of_object"),
            models.Index(
                fields=["tenant", "application", "quarantined_at"],
                name="links_in_quarantine",
                condition=Q(quarantined_at__isnull=False),
            ),
            models.Index(
                fields=["tenant", "application", "id"],
                name="links_of_kept_leavers",
                condition=Q(leaving_refused_at__isnull=False),
            ),
            models.Index(
                fields=["tenant", "application", "id"],
                name="links_changed_there",
                condition=~Q(drift={}),
            ),
            models.Index(
                fields=["delete_due"], name="links_to_delete", condition=Q(delete_due__isnull=False)
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name or self.object_id


class LinkMember(TenantScopedModel):
    """A member that *we* put into a group at a target."""

    tenant = TenantForeignKey(db_index=False)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="members", db_index=False)
    object_id = models.CharField(_("id here"), max_length=64)
    remote_id = models.CharField(_("id there"), max_length=500)
    is_sure = models.BooleanField(
        default=True, help_text="Nobody answered whether it was put in while it is not."
    )

    objects: ClassVar[TenantScopedManager[LinkMember]] = TenantScopedManager()

    class Meta:
        verbose_name = _("member at a target")
        verbose_name_plural = _("members at targets")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="link", name="link_member_link_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "link", "object_id"], name="link_member_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "object_id"], name="link_members_of_object")]

    @override
    def __str__(self) -> str:
        return self.object_id


class AwaitedLink(TenantScopedModel):
    """Somebody who should be a member, or the manager, there and is not there yet.

    Once they are linked, ``link`` is brought in step anew.
    """

    tenant = TenantForeignKey(db_index=False)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="awaits", db_index=False)
    object_id = models.CharField(_("id here"), max_length=64)

    objects: ClassVar[TenantScopedManager[AwaitedLink]] = TenantScopedManager()

    class Meta:
        verbose_name = _("awaited link")
        verbose_name_plural = _("awaited links")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="link", name="awaited_link_link_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "link", "object_id"], name="awaited_link_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "object_id"], name="awaited_links_of_object")]

    @override
    def __str__(self) -> str:
        return self.object_id
