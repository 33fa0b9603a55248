"""The step *Roles and permissions*: the roles of one application, each with its page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.applications.frame import ApplicationFrame
from console.applications.parts import after
from console.applications.roles import OF
from provisioning.models import ApplicationRole

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from provisioning.models import Application


class RolesPage(ApplicationFrame):
    """Lists the roles of an application, and leads to a new one."""

    def roles_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show the roles of the application."""
        return require_safe(self._roles)(request, application)

    def _roles(self, request: HttpRequest, application: Application) -> HttpResponse:
        prefix = f"{self.admin_site.name}:provisioning_applicationrole"
        roles = ApplicationRole.objects.filter(application=application).annotate(
            permission_count=Count("permissions", distinct=True),
            group_count=Count("groups", distinct=True),
        )
        context = {
            "title": _("Roles and permissions"),
            "roles": [
                {"role": role, "url": reverse(f"{prefix}_change", args=[role.pk])}
                for role in roles.order_by("name", "pk")
            ],
            "add_url": f"{reverse(f'{prefix}_add')}?{urlencode({OF: application.pk})}",
            "next_url": self.url_of(after("roles"), application.pk),
        }
        return self.render_page(request, application, "roles.html", context, here="roles")
