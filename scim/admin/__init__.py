"""Console pages about provisioning: sources, extension schemas, the request log."""

from scim.admin import extensions, request_log, sources  # noqa: F401
