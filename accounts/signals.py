"""What higher layers may react to, inside the transaction of the change.

A receiver that raises undoes the change.
"""

from django.dispatch import Signal

users_deactivated = Signal()
"""Sent with ``user_ids`` (UUIDs) after people lost their access, also before a deletion."""

group_membership_changed = Signal()
"""Sent after people joined or left a directory group, directly or inside another group.

``group_ids`` are the group and those it is nested in, ``people`` a callable that returns the ids
of the people whose groups may be others now; asking it costs a statement when groups moved.
"""

signing_out = Signal()
"""Sent with ``request`` before a session ends on its person's wish.

A receiver may return the path of ours where the browser goes next, such as the page that leads
to an identity provider's logout: the Content-Security-Policy lets no form of ours end elsewhere.
"""

account_page_shown = Signal()
"""Sent with ``user``; a receiver returns an :class:`accounts.account_page.Section`, or nothing."""
