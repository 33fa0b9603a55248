"""The log of what sources asked for and what they were answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel
from scim.models.sources import Source


class RequestLogEntry(TenantScopedModel):
    """One request.  Bodies are kept only when the source asks for it, without their secrets.

    ``route`` is the template, such as ``/Users/{id}``, and ``resource_id`` what stood for the id.
    """

    # The index below begins with it.  No key: each request would lock the tenant's row for it.
    tenant = TenantForeignKey(db_index=False, db_constraint=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    # That there is such a source is ensured by the key of `SameTenant`; every request would pay
    # for being checked twice.
    source = models.ForeignKey(
        Source,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    source_name = models.CharField(_("source"), max_length=200, blank=True, default="")
    token_name = models.CharField(_("token"), max_length=200, blank=True, default="")
    client = models.CharField(_("identity provider"), max_length=50, blank=True, default="")
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True, default="")
    method = models.CharField(_("method"), max_length=10)
    route = models.CharField(_("route"), max_length=100)
    resource_id = models.CharField(_("resource"), max_length=320, blank=True, default="")
    status = models.PositiveSmallIntegerField(_("status"))
    scim_type = models.CharField(_("scimType"), max_length=30, blank=True, default="")
    detail = models.TextField(_("detail"), blank=True, default="")
    duration_ms = models.FloatField(_("milliseconds"), default=0)
    request_body: models.JSONField[Any, Any] = models.JSONField(null=True, editable=False)
    response_body: models.JSONField[Any, Any] = models.JSONField(null=True, editable=False)

    person_page: str = ""
    """The page of the person that it named, where one is linked."""

    objects: ClassVar[TenantScopedManager[RequestLogEntry]] = TenantScopedManager()

    class Meta:
        verbose_name = _("SCIM request")
        verbose_name_plural = _("SCIM request log")
        ordering = ["-at", "-id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="source", name="request_log_source_in_tenant"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-at"], name="request_log_latest"),
            # Also finds the entries of a source that is deleted.
            models.Index(fields=["tenant", "source", "-at"], name="request_log_of_source"),
            models.Index(
                fields=["tenant", "-at"],
                name="request_log_refused",
                condition=Q(status__gte=400),
            ),
            models.Index(
                fields=["tenant", "resource_id", "-at"],
                name="request_log_of_resource",
                condition=~Q(resource_id=""),
            ),
        ]

    @override
    def __str__(self) -> str:
        moment = date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
        return f"{moment} {self.method} {self.route} {self.status}"
