"""A company of the people whom pages break on: many, with the longest and oddest names.

    .venv/bin/python -m tests.support.worst_names SLUG

fills the tenant of that slug in the database of the checkout.  It never belongs on a real one.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Tenant

PEOPLE: Final = 3_000
LARGE_GROUP: Final = 1_500
NAMES: Final = (
    ("W" * 255, "W" * 255),  # As long as the columns take, nowhere to break.
    ("Maximiliane " * 21, "von und zu Hohenstein " * 11),  # As long, with room to break.
    ("محمد عبد الرحمن", "بن سلمان آل سعود"),
    ("דוד", "בן־גוריון"),
    ("Omar محمد O'Neill", "(דוד) van der Berg"),  # Both directions in one line.
    ("Z̸̢̛͎̬͇a̵͔͝l̷̰̈́g̵̺͘o̶͖͐", "T̶̗̾e̴̮͋x̸͚͒t̶̖̆"),  # Marks above and below the line.
    ("A\u200bn\u200dn\u2060a", "Zero\ufeffWidth"),
    ("👩‍👩‍👧‍👦🏳️‍🌈", "🧑🏿‍🚀"),
    ("X", "Y"),
    ("", ""),  # Shown by the user name alone.
    ("<script>alert(1)</script>", "'\";{{ name }} %s"),
    ("田中", "愛子"),
    ("Ömer", "Zieliński"),
    ("null", "undefined"),
    ("अनुष्का", "श्रीवास्तव"),
)
"""Given and family names, each pair a difficulty of its own."""
LONGEST_ADDRESS: Final = f"{{number}}{'l' * 58}@{'m' * 47}.example"
"""124 characters; half the people have one."""


def fill(tenant: Tenant, *, people: int = PEOPLE) -> None:
    """Make the people, with groups, profiles, products, sources and entries in the trail."""
    from django.db import transaction  # noqa: PLC0415 - models exist only after set-up

    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415

    with transaction.atomic(), tenant_scope(tenant):
        ids = _make_people(people)
        _make_groups(ids)
        _make_products(tenant)
        _make_sources()


def _make_people(people: int) -> list[str]:
    from accounts.services.user_sets import create_users  # noqa: PLC0415
    from accounts.services.users import UserFields  # noqa: PLC0415

    ids = create_users(
        many=[
            UserFields(
                user_name=_address(number),
                email=_address(number),
                external_id=f"{number:06}{'e' * 249}" if number % 3 == 0 else f"{number:06}",
                given_name=given.strip()[:255],
                family_name=family.strip()[:255],
                display_name=f"{given} {family}".strip()[:255],
                active=number % 7 != 0,
                attributes={"title": f"{given} {family}".strip()[:255]} if given else {},
            )
            for number, (given, family) in enumerate(islice(cycle(NAMES), people))
        ]
    )
    made = [pk for pk in ids if pk]
    assert len(made) == people, "Somebody's name was refused or is taken."
    return made


def _address(number: int) -> str:
    if number % 2:
        return f"p{number}@acme.example"
    return LONGEST_ADDRESS.format(number=f"{number:06}")


def _make_groups(ids: list[str]) -> None:
    from uuid import UUID  # noqa: PLC0415

    from accounts.groups.groups import GroupFields, create_group  # noqa: PLC0415
    from accounts.services.profiles import create_profile  # noqa: PLC0415

    everybody = [UUID(str(pk)) for pk in ids]
    for number, name in enumerate(_texts(255)):
        members = everybody[:LARGE_GROUP] if number < len(NAMES) // 5 else everybody[number:][:1]
        create_group(values=GroupFields(display_name=name), member_ids=members)
    for name in _texts(200):
        create_profile(name=f"P{name}"[:200], description=name * 3)


def _make_products(tenant: Tenant) -> None:
    from licenses.models import Product  # noqa: PLC0415
    from licenses.subscriptions import create_subscription  # noqa: PLC0415

    day = datetime.now(UTC).date()
    for number, name in enumerate(_texts(Product._meta.get_field("name").max_length or 100)):
        product = Product.objects.create(key=f"{tenant.slug}-worst-{number}", name=name)
        create_subscription(tenant=tenant, product=product, seats=number + 1, starts=day, ends=None)


def _make_sources() -> None:
    from scim.models import Source  # noqa: PLC0415
    from scim.services import SourceOptions, create_source  # noqa: PLC0415

    for name in _texts(Source._meta.get_field("name").max_length or 100):
        create_source(options=SourceOptions(name=name))


def _texts(longest: int) -> Iterable[str]:
    """Yield each pair of names as one text of at most ``longest``, none like another.

    Without what nobody sees: groups and profiles cannot be called so.
    """
    unseen = dict.fromkeys(map(ord, "\u200b\u200d\u2060\ufeff"))
    for number, pair in enumerate(NAMES):
        given, family = (each.translate(unseen) for each in pair)
        text = f"{given} {family}".strip() or "."
        yield f"{text[: longest - 3].strip()} {number}"


def main() -> int:
    """Return 0 when the tenant is filled, 1 when there is none of that slug."""
    import django  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts.models import Tenant  # noqa: PLC0415

    tenant = Tenant.objects.filter(slug=sys.argv[1] if len(sys.argv) > 1 else "").first()
    if tenant is None:
        sys.stderr.write("Say the slug of a tenant that there is.\n")
        return 1
    fill(tenant)
    return 0


if __name__ == "__main__":
    sys.exit(main())
