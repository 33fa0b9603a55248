"""What higher layers may react to, inside the transaction of the change.

A receiver that raises undoes the change.
"""

from django.dispatch import Signal

users_deactivated = Signal()
"""Sent with ``user_ids`` (UUIDs) after people lost their access, also before a deletion."""

group_membership_changed = Signal()
"""Sent with ``user_ids``: people whose directory groups, direct or nested, may have changed."""
