"""Console pages of :mod:`accounts`; the user list is in :mod:`licenses.admin`."""

from accounts.admin import audit_trail, domains, profiles, unsettled_names  # noqa: F401
