"""Tenants and the people, roles, access profiles and groups that belong to them."""

from accounts.models.audit import AuditEntry
from accounts.models.brands import Brand
from accounts.models.counts import CountedLog, DailyCount, GroupCount, UserCount
from accounts.models.groups import (
    DirectoryGroup,
    DirectoryGroupAttribute,
    DirectoryGroupMember,
    DirectoryGroupProfile,
)
from accounts.models.held_changes import HeldChange, HeldPerson, SourceLoss
from accounts.models.jobs import Job
from accounts.models.lockouts import Lockout
from accounts.models.people_files import FileLayout, PeopleFile
from accounts.models.profiles import AccessProfile, ProfileMembership
from accounts.models.recovery import EmailDomain, RecoveryCode
from accounts.models.results import ActionLine, ActionResult
from accounts.models.saved_views import SavedView
from accounts.models.sessions import OneTimeLink, Session
from accounts.models.tenants import Plan, Tenant
from accounts.models.trail_start import TrailStart
from accounts.models.users import Role, User

__all__ = [
    "AccessProfile",
    "ActionLine",
    "ActionResult",
    "AuditEntry",
    "Brand",
    "CountedLog",
    "DailyCount",
    "DirectoryGroup",
    "DirectoryGroupAttribute",
    "DirectoryGroupMember",
    "DirectoryGroupProfile",
    "EmailDomain",
    "FileLayout",
    "GroupCount",
    "HeldChange",
    "HeldPerson",
    "Job",
    "Lockout",
    "OneTimeLink",
    "PeopleFile",
    "Plan",
    "ProfileMembership",
    "RecoveryCode",
    "Role",
    "SavedView",
    "Session",
    "SourceLoss",
    "Tenant",
    "TrailStart",
    "User",
    "UserCount",
]
