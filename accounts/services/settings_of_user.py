"""Changing several things of one person at once, as an admin does on the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.models import AccessProfile, ProfileMembership, Role, User
from accounts.services.profiles import add_profile_members, remove_profile_members
from accounts.services.roles import change_role
from accounts.services.users import UserFields, update_user

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@transaction.atomic
def change_user_settings(
    *, user: User, values: UserFields, role: Role, profiles: Collection[AccessProfile]
) -> None:
    """Give ``user`` these values, this role and exactly these custom access profiles.

    Raises:
        UserNameTakenError: Another user of the tenant has this ``userName``.
        LastAdminError: They are the tenant's last active admin and would be one no longer.
    """
    update_user(user=user, values=values)
    if user.role != role:
        change_role(user=user, role=role)
    replace_profiles(user=user, profiles=profiles)


@transaction.atomic
def replace_profiles(*, user: User, profiles: Collection[AccessProfile]) -> None:
    """Put ``user`` into exactly these custom access profiles."""
    held = ProfileMembership.objects.filter(user=user, profile__is_default=False)
    before = {membership.profile for membership in held.select_related("profile")}
    for profile in before - set(profiles):
        remove_profile_members(profile=profile, user_ids=[user.pk])
    for profile in set(profiles) - before:
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
