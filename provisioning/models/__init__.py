"""What provisioning stores: applications, what their targets hold, and what is to be done there."""

from provisioning.models.applications import (
    Adoption,
    Application,
    DriftRule,
    Every,
    GroupChoice,
    Leaving,
    SignIn,
)
from provisioning.models.conflicts import Conflict
from provisioning.models.following import Follower, TargetBudget
from provisioning.models.imports import Import, ImportRow, ImportRule
from provisioning.models.links import AwaitedLink, Link, LinkMember, ObjectKind
from provisioning.models.mappings import (
    ApplicationMapping,
    HowFilled,
    MappedResource,
    MappingRevision,
)
from provisioning.models.operations import (
    IN_FLIGHT,
    Exchange,
    Operation,
    OperationState,
    Phase,
)
from provisioning.models.roles import (
    ApplicationPermission,
    ApplicationRole,
    ApplicationRoleGroup,
)
from provisioning.models.runs import Run
from provisioning.models.scope import Assignment
from provisioning.models.visibility import ProfileApplication

__all__ = [
    "IN_FLIGHT",
    "Adoption",
    "Application",
    "ApplicationMapping",
    "ApplicationPermission",
    "ApplicationRole",
    "ApplicationRoleGroup",
    "Assignment",
    "AwaitedLink",
    "Conflict",
    "DriftRule",
    "Every",
    "Exchange",
    "Follower",
    "GroupChoice",
    "HowFilled",
    "Import",
    "ImportRow",
    "ImportRule",
    "Leaving",
    "Link",
    "LinkMember",
    "MappedResource",
    "MappingRevision",
    "ObjectKind",
    "Operation",
    "OperationState",
    "Phase",
    "ProfileApplication",
    "Run",
    "SignIn",
    "TargetBudget",
]
