"""Changing several things of one person at once, as an admin does on the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.models import AccessProfile, Role, User
from accounts.services.profiles import add_profile_members, remove_profile_members
from accounts.services.roles import change_role
from accounts.services.users import UserFields, update_user

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@transaction.atomic
def change_user_settings(
    *,
    user: User,
    values: UserFields,
    role: Role,
    join: Collection[AccessProfile] = (),
    leave: Collection[AccessProfile] = (),
) -> None:
    """Give ``user`` these values and this role, and let them join and leave access profiles.

    Raises:
        UserNameTakenError: Another user of the tenant has this ``userName``.
        LastAdminError: They are the tenant's last active admin and would be one no longer.
    """
    update_user(user=user, values=values)
    if user.role != role:
        change_role(user=user, role=role)
    change_profiles(user=user, join=join, leave=leave)


@transaction.atomic
def change_profiles(
    *,
    user: User,
    join: Collection[AccessProfile] = (),
    leave: Collection[AccessProfile] = (),
) -> None:
    """Let ``user`` join and leave custom access profiles; they stay in all others."""
    for profile in sorted(leave, key=lambda each: each.pk):
        remove_profile_members(profile=profile, user_ids=[user.pk])
    for profile in sorted(join, key=lambda each: each.pk):
        add_profile_members(profile=profile, user_ids=[user.pk])


def with_work_address(attributes: Mapping[str, Any], email: str) -> dict[str, Any]:
    """Return ``attributes`` in which ``email`` is the work address (RFC 7643, Section 4.1.2).

    >>> with_work_address({}, "babs@acme.example")
    {'emails': [{'value': 'babs@acme.example', 'type': 'work', 'primary': True}]}
    """
    emails = [dict(each) for each in attributes.get("emails", ())]
    work = next((each for each in emails if str(each.get("type", "")).lower() == "work"), None)
    if work is None and email:
        first = not any(each.get("primary") for each in emails)
        emails.append({"value": email, "type": "work", **({"primary": True} if first else {})})
    elif work is not None and email:
        work["value"] = email
    elif work is not None:
        emails.remove(work)
    rest = {name: value for name, value in attributes.items() if name != "emails"}
    return {**rest, "emails": emails} if emails else rest
