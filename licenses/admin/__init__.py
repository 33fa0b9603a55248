"""Console pages about licences: the user list with them, subscriptions, history, CSV."""

from licenses.admin import csv_page, groups, seats, users  # noqa: F401
