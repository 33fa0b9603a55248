"""Console pages about licences: the user list with them, subscriptions, history, CSV."""

from licenses.admin import csv_page, seats, users  # noqa: F401
