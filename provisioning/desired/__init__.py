"""What a target should hold, from the code that shows a resource to a SCIM client."""

from provisioning.desired.causes import cause_of
from provisioning.desired.concerned import Concerned, concerned_by, groups_with
from provisioning.desired.groups import desired_groups, groups_pushed
from provisioning.desired.people import desired_users, people_in_scope
from provisioning.desired.policies import policy_of
from provisioning.desired.tables import compiled_mapping

__all__ = [
    "Concerned",
    "cause_of",
    "compiled_mapping",
    "concerned_by",
    "desired_groups",
    "desired_users",
    "groups_pushed",
    "groups_with",
    "people_in_scope",
    "policy_of",
]
