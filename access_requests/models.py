"""A licence or an access profile that somebody asks for, up to the day it is taken back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AccessProfile, User
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel
from licenses.models import Subscription

LONGEST_TEXT = 1000
"""Characters of a reason, and of an answer."""


class AccessRequest(TenantScopedModel):
    """One thing that one person asks for, with the answer and what became of it.

    It is of a subscription or of an access profile, or of neither when that is gone; ``thing`` is
    what it was called.  ``gave`` is the key of the seat or of the membership that the grant made,
    and so all that its end takes back: what somebody else gave is another row.
    """

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("Waiting")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Not wanted any more")
        LAPSED = "lapsed", _("Lapsed")
        ENDED = "ended", _("Ended")

    class Ending(models.TextChoices):
        """What the end of a grant found."""

        TAKEN = "taken", _("Was taken back")
        GROUP = "group", _("Stays, because a directory group gives it now")
        GONE = "gone", _("Had been taken back before")

    tenant = TenantForeignKey(db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_requests")
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.SET_NULL, related_name="access_requests"
    )
    profile = models.ForeignKey(
        AccessProfile, null=True, on_delete=models.SET_NULL, related_name="access_requests"
    )
    thing = models.CharField(_("asked for"), max_length=200)
    reason = models.TextField(_("why"), max_length=LONGEST_TEXT)
    wanted_until = models.DateField(_("wanted until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    told = models.DateTimeField(_("told to who decides"), null=True, editable=False)
    decided = models.DateTimeField(_("decided"), null=True, editable=False)
    # No key: who decided may be gone, and then they are named no longer.
    decided_by = models.UUIDField(null=True, editable=False)
    answer = models.TextField(_("answer"), max_length=LONGEST_TEXT, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    gave = models.BigIntegerField(null=True, editable=False)
    warned = models.DateTimeField(null=True, editable=False)
    closed = models.DateTimeField(_("over since"), null=True, editable=False)
    ending = models.CharField(_("what the end found"), max_length=10, choices=Ending, blank=True)

    objects: ClassVar[TenantScopedManager[AccessRequest]] = TenantScopedManager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="user", name="access_request_user_in_tenant"),
            SameTenant(field="subscription", name="access_request_subscription_in_tenant"),
            SameTenant(field="profile", name="access_request_profile_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "user", "subscription"],
                condition=Q(state="open"),
                name="one_open_request_of_a_licence",
            ),
            models.UniqueConstraint(
                fields=["tenant", "user", "profile"],
                condition=Q(state="open"),
                name="one_open_request_of_a_profile",
            ),
            models.CheckConstraint(
                condition=Q(subscription__isnull=True) | Q(profile__isnull=True),
                name="access_request_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="refused_request_has_an_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "id"], name="access_requests_in_state"),
            models.Index(fields=["tenant", "user", "-id"], name="access_requests_of_person"),
            models.Index(
                fields=["tenant", "until"],
                name="access_requests_that_end",
                condition=Q(state="granted"),
            ),
            models.Index(fields=["tenant", "closed"], name="access_requests_over"),
        ]

    @override
    def __str__(self) -> str:
        return self.thing

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide."""
        return self.state == self.State.OPEN

    @property
    def has_thing(self) -> bool:
        """Whether what was asked for is still there."""
        return self.subscription_id is not None or self.profile_id is not None
