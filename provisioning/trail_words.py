"""What the audit trail says of applications, their mappings and their roles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.trail.labels import register_labels
from accounts.trail.search import register_searched
from accounts.trail.sentences import register_sentences


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "application.created": _("%(who)s made the application %(what)s"),
            "application.credential_replaced": _("%(who)s replaced the credential of %(what)s"),
            "application.credential_voided": _(
                "%(who)s moved %(what)s, so that its stored credential is void"
            ),
            "application.deleted": _("%(who)s deleted the application %(what)s"),
            "application.groups_changed": _("%(who)s changed which groups %(what)s is sent"),
            "application.host_left": _(
                "%(who)s moved %(what)s to another host, so that nothing is sent before a new plan"
            ),
            "application.leaving_changed": _(
                "%(who)s changed what %(what)s does with whoever leaves"
            ),
            "application.mapping_changed": _("%(who)s changed the attribute mapping of %(what)s"),
            "application.moved": _("%(who)s changed the connection of %(what)s"),
            "application.paused": _("%(who)s paused the application %(what)s"),
            "application.resumed": _("%(who)s let the application %(what)s go on"),
            "application.scope_changed": _("%(who)s changed who is pushed to %(what)s"),
            "application.switches_changed": _("%(who)s changed what is pushed to %(what)s"),
            "application.updated": _("%(who)s changed the application %(what)s"),
            "applicationrole.created": _("%(who)s made the role %(what)s of an application"),
            "applicationrole.deleted": _("%(who)s deleted the role %(what)s of an application"),
            "applicationrole.updated": _("%(who)s changed the role %(what)s of an application"),
            "profile.applications_changed": _(
                "%(who)s changed which applications people in %(what)s see"
            ),
        }
    )
    register_labels(
        {
            "assigned_groups": _("Assigned directory groups"),
            "assigned_profiles": _("Assigned access profiles"),
            "assigned_roles": _("Assigned roles"),
            "cancelled": _("Cancelled"),
            "links": _("Links that were forgotten"),
            "permissions": _("Permissions"),
            "seen_applications": _("Applications that its people see"),
        }
    )
    register_searched("provisioning.Application", "name")
    register_searched("provisioning.ApplicationRole", "name")
