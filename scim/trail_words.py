"""What the audit trail says of provisioning, and what it calls the attributes of a resource."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.trail.actors import source_as_actor
from accounts.trail.labels import register_labels, register_words
from accounts.trail.search import register_searched
from accounts.trail.sentences import register_sentences
from scim.models import Resource
from scim.sources.field_labels import FIELD_LABELS, MAPPED
from scim.sources.mapping import USER_FIELDS


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "extension_schema.created": _("%(who)s made the extension schema %(what)s"),
            "extension_schema.deleted": _("%(who)s deleted the extension schema %(what)s"),
            "extension_schema.updated": _("%(who)s changed the extension schema %(what)s"),
            "held_change.carried_out": _("%(who)s let the held change of %(what)s be carried out"),
            "held_change.opened": _("%(who)s went beyond its limit: a change of %(what)s is held"),
            "held_change.refused": _("%(who)s could not decide about the held change of %(what)s"),
            "held_change.taken_back": _("%(who)s took the held change of %(what)s back"),
            "user.deletion_held": _("%(who)s deleted %(what)s; the deletion is held"),
            "user.loss_carried_out": _("%(who)s let follow that a source took %(what)s away"),
            "user.loss_taken_back": _("%(who)s took back that a source took %(what)s away"),
            "user.restored": _("%(who)s made %(what)s anew as they were before the deletion"),
            "profile.sources_changed": _("%(who)s changed which sources people in %(what)s see"),
            "scim.disabled": _("%(who)s switched SCIM provisioning off for %(what)s"),
            "scim.enabled": _("%(who)s switched SCIM provisioning on for %(what)s"),
            "scim.refused": _("%(who)s was refused over SCIM"),
            "scim_token.created": _("%(who)s made a token for the source %(what)s"),
            "scim_token.revoked": _("%(who)s revoked a token of the source %(what)s"),
            "scim_token.revoked_all": _("%(who)s revoked every token of the source %(what)s"),
            "source.created": _("%(who)s made the source %(what)s"),
            "source.deleted": _("%(who)s deleted the source %(what)s"),
            "source.mapping_changed": _("%(who)s changed the attribute mapping of %(what)s"),
            "source.updated": _("%(who)s changed the source %(what)s"),
        }
    )
    paths = {path: FIELD_LABELS[field] for field, path in USER_FIELDS.items()}
    register_labels(
        {
            **paths,
            "emails": _("E-mail addresses"),
            "phoneNumbers": _("Phone numbers"),
            "addresses": _("Addresses"),
            "ims": _("Instant messaging"),
            "photos": _("Photos"),
            "x509Certificates": _("Certificates"),
            "name.honorificPrefix": _("Title before the name"),
            "name.honorificSuffix": _("Title after the name"),
            **{f"{MAPPED}{field}": label for field, label in FIELD_LABELS.items()},
            "request": _("Request"),
            "resource": _("Table"),
            "rows": _("Rows"),
            "seen_sources": _("Inbound sources that its people see"),
            "token": _("Token"),
        }
    )
    register_searched("scim.Source", "name", actor=source_as_actor("%s"))
    register_searched("scim.ExtensionSchema", "urn")
    register_words("resource", {Resource.USER: _("Users"), Resource.GROUP: _("Groups")})
