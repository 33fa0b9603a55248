"""What the SCIM service provider stores besides people and groups."""

from scim.models.extensions import AttributeKind, ExtensionAttribute, ExtensionSchema
from scim.models.mappings import DEFAULT_MAPPINGS, AttributeMapping, Resource
from scim.models.request_log import RequestLogEntry
from scim.models.sources import USUAL_LOSS, BearerToken, Departure, Source, SourceDay
from scim.models.visibility import ProfileSource

__all__ = [
    "DEFAULT_MAPPINGS",
    "USUAL_LOSS",
    "AttributeKind",
    "AttributeMapping",
    "BearerToken",
    "Departure",
    "ExtensionAttribute",
    "ExtensionSchema",
    "ProfileSource",
    "RequestLogEntry",
    "Resource",
    "Source",
    "SourceDay",
]
