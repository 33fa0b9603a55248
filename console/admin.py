"""The pages of both admin sites: a module that registers one is named here."""

from console.access_requests import inbox
from console.actions import recent
from console.appearance import page as appearance_page
from console.applications import (
    applications,
    arrived,
    conflicts,
    import_rows,
    operations,
    roles,
    runs,
)
from console.components import pages as components_pages
from console.dashboard import first_page
from console.groups import directory_groups, profiles
from console.licences import (
    csv_page,
    idle_page,
    over_time,
    seats,
    subscriptions,
    waiting_list,
    who_holds,
)
from console.logs import audit_trail, request_log
from console.one_log import downloads as one_log_downloads
from console.one_log import page as one_log_page
from console.people import unsettled_names, users
from console.people_files import pages as people_files_pages
from console.platform import deployment, jobs, tenants
from console.platform import first_page as platform_first_page
from console.reviews import list_page as reviews_page
from console.reviews import review_page, start_page
from console.saml_and_scim import console_pages, domains
from console.search import pages as search_pages
from console.search import picking
from console.sources import extensions, held_changes, sources

__all__ = [
    "appearance_page",
    "applications",
    "arrived",
    "audit_trail",
    "components_pages",
    "conflicts",
    "console_pages",
    "csv_page",
    "deployment",
    "directory_groups",
    "domains",
    "extensions",
    "first_page",
    "held_changes",
    "idle_page",
    "import_rows",
    "inbox",
    "jobs",
    "one_log_downloads",
    "one_log_page",
    "operations",
    "over_time",
    "people_files_pages",
    "picking",
    "platform_first_page",
    "profiles",
    "recent",
    "request_log",
    "review_page",
    "reviews_page",
    "roles",
    "runs",
    "search_pages",
    "seats",
    "sources",
    "start_page",
    "subscriptions",
    "tenants",
    "unsettled_names",
    "users",
    "waiting_list",
    "who_holds",
]
