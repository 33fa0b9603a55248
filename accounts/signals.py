"""What higher layers may react to, inside the transaction of the change.

A receiver that raises undoes the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.dispatch import Signal

if TYPE_CHECKING:
    from django.db.models import Model

users_deactivated = Signal()
"""Sent with ``user_ids`` (UUIDs) after people lost their access, also before a deletion.

Of people who are deleted ``is_held`` says whether that is held, and what they hold is to be kept
for them; of others a receiver that takes something back asks
:func:`accounts.services.holding.hold_if_too_many` first.

It is not sent of people whom no receiver has to take anything from.  The database vouches for
that: see :data:`LEAVER_HOLDS_NOTHING`.
"""

kept_person_is_back = Signal()
"""Sent with ``user`` and ``kept`` when somebody is given again what was kept of a held deletion.

``user`` is the person, or who has their user name by now.  A receiver that keeps more adds it to
``kept`` of the held person when :data:`users_deactivated` says that the deletion is held.
"""

loss_taken_back = Signal()
"""Sent with ``user`` and ``since`` after what a source had taken from them was taken back.

``since`` is the moment from which on they had lost it.
"""

given_anew = Signal()
"""Sent with ``user``, ``former`` and ``row`` when somebody is given back what they had lost.

The sender is the model: seats, or memberships of access profiles.  ``former`` is the key of the row
that was theirs, and ``row`` that of the one that is instead.
"""

LEAVER_HOLDS_NOTHING: Final = "leaver_holds_nothing"
"""Said by a trigger on ``accounts_user`` that refuses, at the end of a transaction, that somebody
inactive still holds something.  Each layer with receivers of :data:`users_deactivated` has one for
what its receivers take back.
"""

group_membership_changed = Signal()
"""Sent after people joined or left a directory group, directly or inside another group.

``group_ids`` are the group and those it is nested in, ``people`` a callable that returns the ids
of the people whose groups may be others now; asking it costs a statement when groups moved.
It need not be sent when the groups give nothing; see :data:`group_rules`.
"""

group_rules: list[type[Model]] = []
"""Models that say, by ``tenant`` and ``group``, what membership of a directory group gives.

Beside access profiles: a layer that gives something else adds its model when it starts.
"""

signing_out = Signal()
"""Sent with ``request`` before a session ends on its person's wish.

A receiver may return the path of ours where the browser goes next, such as the page that leads
to an identity provider's logout: the Content-Security-Policy lets no form of ours end elsewhere.
"""

account_page_shown = Signal()
"""Sent with ``user``; a receiver returns an :class:`accounts.account_page.Section`, or nothing."""
