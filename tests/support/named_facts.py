"""Which entry of the audit trail names which row, for every table that holds facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import AuditEntry
    from tests.support.facts import Fact

NOT_FACTS: Final[dict[str, str]] = {
    "access_requests_accessrequest": "what was asked and answered; what a grant gave is named",
    "access_reviews_accessreview": "what somebody asks; each step has an entry",
    "access_reviews_reviewedthing": "what a review asks about; its start names them",
    "access_reviews_reviewline": "what is asked and decided; what is revoked is named by itself",
    "accounts_auditentry": "the trail itself",
    "accounts_trailstart": "where the trail begins",
    "accounts_usercount": "kept by triggers, from the people",
    "accounts_groupcount": "kept by triggers, from the groups",
    "accounts_dailycount": "how often something happened on a day; each time is named",
    "accounts_countedlog": "how far the logs were counted",
    "scim_sourceday": "when a source called; a log",
    "licenses_seatcount": "how seats stood on a day; what moved them is named",
    "accounts_session": "who is signed in",
    "accounts_onetimelink": "a credential; that it was made and used has entries of its own",
    "accounts_recoverycode": "credentials; that they were made and used has entries of their own",
    "accounts_actionline": "what a page tells of one row; its effect is named",
    "accounts_actionresult": "what a page tells of an action whose effects are named",
    "accounts_filelayout": "how the columns of a file were meant; nothing follows from it",
    "accounts_peoplefile": "waits until somebody has looked at it; what it does is named",
    "accounts_savedview": "how somebody looks at a list; nothing follows from it",
    "accounts_heldchange": "what waits for an admin; that it began and was decided has entries",
    "accounts_heldperson": "who waits in it; what is done to them is named",
    "accounts_sourceloss": "a count; what is counted is named",
    "accounts_job": "work that is due, and what became of it; what it does is named",
    "provisioning_awaitedlink": "who is not at a target yet; follows from what is",
    "provisioning_conflict": "what a target showed; that it was decided has an entry",
    "provisioning_exchange": "a log",
    "provisioning_follower": "how far the feed was read",
    "provisioning_import": "how far reading a target is; who wanted it has an entry",
    "provisioning_importrow": "what a target showed; that it was decided has an entry",
    "provisioning_link": "what a target holds; what it should hold is named",
    "provisioning_linkmember": "what a target holds; what it should hold is named",
    "provisioning_operation": "work that is due, and what became of it; its cause is named",
    "provisioning_run": "work that is due, and how far it is; who wanted it has an entry",
    "provisioning_targetbudget": "how fast a target may be asked",
    "scim_requestlogentry": "a log",
    "saml_sso_signinattempt": "a log",
    "saml_sso_pendingrequest": "a sign-in that has begun",
    "saml_sso_consumedassertion": "a sign-in that was",
}
"""Tables that hold nothing that follows; whoever adds one says why."""

BOOKKEEPING: Final[dict[str, frozenset[str]]] = {
    "accounts_user": frozenset(
        {"version", "last_modified", "last_login", "search_text", "user_name_ci", "email_ci"}
        | {"source_ids"}
    ),
    "accounts_directorygroup": frozenset(
        {"version", "last_modified", "rules_revision", "display_name_ci"}
    ),
    "accounts_accessprofile": frozenset({"version", "last_modified", "name_ci"}),
    "scim_source": frozenset(
        {"revision", "last_request_at", "last_success_at", "last_error_at", "last_error"}
    ),
    "provisioning_application": frozenset(
        {"learned", "mapping_revision", "version", "last_modified"}
    ),
    "licenses_seat": frozenset({"kept_for", "user_label", "granted_by", "released_by"}),
    "scim_bearertoken": frozenset({"last_used", "warned_days"}),
    "saml_sso_setuplink": frozenset({"last_used"}),
    "saml_sso_serviceproviderkey": frozenset({"warned_days"}),
    "saml_sso_identityprovidercertificate": frozenset({"warned_days"}),
    "saml_sso_identityprovidersettings": frozenset(
        {"revision", "tested_revision", "tested_at", "metadata_refreshed_at", "metadata_problem"}
        | {"candidate_id"}  # The proposal that it points to is named by itself.
    ),
}
"""Columns that say when something was last done, or follow from others."""


SWITCHES: Final[dict[str, frozenset[str]]] = {
    "saml_enabled": frozenset({"saml.enabled", "saml.not_enabled"}),
    "saml_enforced": frozenset({"saml.enforced", "saml.not_enforced"}),
    "scim_enabled": frozenset({"scim.enabled", "scim.disabled"}),
}
"""Columns of a tenant that have actions of their own."""


def is_fact(fact: Fact) -> bool:
    """Whether anything was written that somebody must learn of."""
    if (fact.relation, fact.done) == ("saml_sso_identityprovidersettings", "INSERT"):
        return False  # A row of defaults, made when it is looked at first.
    return bool(fact.changed - BOOKKEEPING.get(fact.relation, frozenset()))


def names(entry: AuditEntry, fact: Fact) -> bool:
    """Whether the entry names the row that was written."""
    return RULES[fact.relation](entry, fact)


def _of(entry: AuditEntry, kind: str, key: Any) -> bool:
    return entry.target_type == kind and entry.target_id == str(key)


def _user(entry: AuditEntry, fact: Fact) -> bool:
    if not _of(entry, "user", fact.row["id"]):
        return False
    if fact.done != "UPDATE":
        begun, over = {"created", "restored"}, {"deleted", "deletion_held"}
        return entry.action.rpartition(".")[2] in (begun if fact.done == "INSERT" else over)
    told = set(entry.details.get("changes", ()))
    columns = fact.changed - BOOKKEEPING["accounts_user"]
    if columns == {"password"}:
        return entry.action == "user.password_changed"
    return columns - {"attributes"} == told & columns and bool(told)


def _listed(entry: AuditEntry, fact: Fact, member: Any) -> bool:
    stays = "left_to_groups" if fact.row.get("by_group") else "kept"
    return str(member) in entry.details.get(
        {"INSERT": "added", "DELETE": "removed", "UPDATE": stays}[fact.done], ()
    )


def _group_member(entry: AuditEntry, fact: Fact) -> bool:
    group, member = fact.row["group_id"], fact.row["user_id"] or fact.row["member_group_id"]
    if entry.action == "group.members_changed" and _of(entry, "directorygroup", group):
        return _listed(entry, fact, member)
    return _left_with_person(entry, fact, "groups", group)


def _profile_member(entry: AuditEntry, fact: Fact) -> bool:
    profile, member = fact.row["profile_id"], fact.row["user_id"]
    if entry.action == "profile.members_changed" and _of(entry, "accessprofile", profile):
        return _listed(entry, fact, member)
    return _left_with_person(entry, fact, "profiles", profile)


def _left_with_person(entry: AuditEntry, fact: Fact, detail: str, key: Any) -> bool:
    return (
        fact.done == "DELETE"
        and entry.action in {"user.deleted", "user.deletion_held"}
        and _of(entry, "user", fact.row["user_id"])
        and str(key) in entry.details.get(detail, ())
    )


def _group(entry: AuditEntry, fact: Fact) -> bool:
    if not _of(entry, "directorygroup", fact.row["id"]):
        return False
    if fact.done != "UPDATE":
        return entry.action == {"INSERT": "group.created", "DELETE": "group.deleted"}[fact.done]
    return bool(
        (fact.changed - BOOKKEEPING["accounts_directorygroup"] - {"attributes"})
        & entry.details.get("changes", {}).keys()
        or ("attributes" in fact.changed and entry.action == "group.updated")
    )


def _of_group(action: str) -> Callable[[AuditEntry, Fact], bool]:
    """A row that a group holds: named with the group, or as gone with it, or with the other end."""

    def rule(entry: AuditEntry, fact: Fact) -> bool:
        if not _of(entry, "directorygroup", fact.row["group_id"]):
            return fact.done == "DELETE" and str(fact.row["group_id"]) in entry.details.get(
                "groups", ()
            )
        return entry.action == action or (fact.done == "DELETE" and entry.action == "group.deleted")

    return rule


def _profile(entry: AuditEntry, fact: Fact) -> bool:
    if entry.action == "tenant.created":
        return fact.done == "INSERT" and bool(fact.row["is_default"])
    expected = {"INSERT": "created", "UPDATE": "updated", "DELETE": "deleted"}[fact.done]
    return entry.action == f"profile.{expected}" and _of(entry, "accessprofile", fact.row["id"])


def _seat(entry: AuditEntry, fact: Fact) -> bool:
    if fact.done == "UPDATE" and "user_id" in fact.changed:
        if fact.row["user_id"] is None:
            return entry.action in {"user.deleted", "user.deletion_held"}
        return entry.action == "license.given_back" and _of(entry, "user", fact.row["user_id"])
    if fact.done == "DELETE":
        return _of(entry, "subscription", fact.row["subscription_id"])
    if fact.done == "UPDATE" and "by_group" in fact.changed:
        expected = f"license.left_{'to' if fact.row['by_group'] else 'by'}_groups"
    else:
        expected = "license.granted" if fact.done == "INSERT" else "license.released"
    holder = fact.row["user_id"] or fact.row["kept_for"]
    return entry.action == expected and _of(entry, "user", holder)


def _own(kind: str) -> Callable[[AuditEntry, Fact], bool]:
    def rule(entry: AuditEntry, fact: Fact) -> bool:
        return _of(entry, kind, fact.row["id"])

    return rule


def _through(kind: str, column: str) -> Callable[[AuditEntry, Fact], bool]:
    def rule(entry: AuditEntry, fact: Fact) -> bool:
        return _of(entry, kind, fact.row[column])

    return rule


def _of_source(column: str) -> Callable[[AuditEntry, Fact], bool]:
    def rule(entry: AuditEntry, fact: Fact) -> bool:
        return _of(entry, "source", fact.row[column]) and entry.action.startswith("source.")

    return rule


def _token(entry: AuditEntry, fact: Fact) -> bool:
    if not _of(entry, "source", fact.row["source_id"]):
        return False
    if fact.done == "DELETE":
        return entry.action == "source.deleted"
    is_told = fact.row["prefix"] in entry.details.get("token", "")
    if fact.done == "INSERT":
        return entry.action == "scim_token.created" and is_told
    return entry.action == "scim_token.revoked_all" or (
        entry.action == "scim_token.revoked" and is_told
    )


def _seen_source(entry: AuditEntry, fact: Fact) -> bool:
    if _of(entry, "accessprofile", fact.row["profile_id"]):
        return entry.action in {"profile.sources_changed", "profile.deleted"}
    expected = "source.created" if fact.done == "INSERT" else "source.deleted"
    return entry.action == expected and _of(entry, "source", fact.row["source_id"])


def _assignment(entry: AuditEntry, fact: Fact) -> bool:
    if _of(entry, "application", fact.row["application_id"]):
        return entry.action in {"application.scope_changed", "application.deleted"}
    ends = (("directorygroup", fact.row["group_id"]), ("accessprofile", fact.row["profile_id"]))
    return fact.done == "DELETE" and any(_of(entry, kind, key) for kind, key in ends if key)


def _of_application_role(column: str) -> Callable[[AuditEntry, Fact], bool]:
    """A role at an application, or what it holds: named with it, or as gone with what had it."""

    def rule(entry: AuditEntry, fact: Fact) -> bool:
        if _of(entry, "applicationrole", fact.row[column]):
            return True
        return fact.done == "DELETE" and entry.action in {"application.deleted", "group.deleted"}

    return rule


def _seen_application(entry: AuditEntry, fact: Fact) -> bool:
    if _of(entry, "accessprofile", fact.row["profile_id"]):
        return entry.action in {"profile.applications_changed", "profile.deleted"}
    expected = "application.created" if fact.done == "INSERT" else "application.deleted"
    return entry.action == expected and _of(entry, "application", fact.row["application_id"])


def _tenant(entry: AuditEntry, fact: Fact) -> bool:
    if not _of(entry, "tenant", fact.row["id"]):
        return False
    switched = fact.changed & SWITCHES.keys() if fact.done == "UPDATE" else frozenset()
    if switched:
        return any(entry.action in SWITCHES[name] for name in switched)
    return entry.action.startswith("tenant.")


def _brand(entry: AuditEntry, fact: Fact) -> bool:
    told = entry.details.get("changes", {}).keys()
    columns = fact.changed & {"colour", "logo"}
    is_told = entry.action == "brand.changed" and columns <= told
    return is_told and _of(entry, "tenant", fact.row["tenant_id"])


def _saml(*begin: str) -> Callable[[AuditEntry, Fact], bool]:
    def rule(entry: AuditEntry, fact: Fact) -> bool:
        return entry.tenant_id == fact.row["tenant_id"] and entry.action.startswith(
            tuple(f"saml.{each}" for each in begin)
        )

    return rule


def _saml_settings(entry: AuditEntry, fact: Fact) -> bool:
    columns = fact.changed - BOOKKEEPING["saml_sso_identityprovidersettings"]
    told = entry.details.get("changes", {}).keys()
    return _saml("")(entry, fact) and bool(columns & told or entry.action == "saml.issuer_pinned")


def _proposal(entry: AuditEntry, fact: Fact) -> bool:
    is_made = entry.action.endswith("_made")
    return entry.details.get("proposal") == fact.row["id"] and is_made is (fact.done == "INSERT")


def _application(entry: AuditEntry, fact: Fact) -> bool:
    if not _of(entry, "application", fact.row["id"]):
        return False
    columns = fact.changed - BOOKKEEPING["provisioning_application"]
    if fact.done != "UPDATE":
        return True
    if entry.action == "application.host_left":
        return columns == {"first_plan_sent_at"}
    if columns <= {"token", "client_secret"}:
        return entry.action.startswith("application.credential_")
    told = entry.details.get("changes")
    if not told:
        return not entry.action.startswith("application.cred")
    return all(name in told or name.removesuffix("_id") in told for name in columns)


RULES: Final[dict[str, Callable[[AuditEntry, Fact], bool]]] = {
    "accounts_user": _user,
    "accounts_directorygroup": _group,
    "accounts_directorygroupmember": _group_member,
    "accounts_directorygroupprofile": _of_group("group.mapping_changed"),
    "accounts_directorygroupattribute": _of_group("group.attributes_changed"),
    "accounts_accessprofile": _profile,
    "accounts_profilemembership": _profile_member,
    "accounts_tenant": _tenant,
    "accounts_brand": _brand,
    "accounts_emaildomain": _own("emaildomain"),
    "licenses_product": _own("product"),
    "licenses_subscription": _own("subscription"),
    "licenses_seat": _seat,
    "licenses_grouplicense": _of_group("group.licenses_changed"),
    "provisioning_application": _application,
    "provisioning_applicationmapping": _through("application", "application_id"),
    "provisioning_mappingrevision": _through("application", "application_id"),
    "provisioning_assignment": _assignment,
    "provisioning_importrule": _through("application", "application_id"),
    "provisioning_applicationrole": _of_application_role("id"),
    "provisioning_applicationpermission": _of_application_role("role_id"),
    "provisioning_applicationrolegroup": _of_application_role("role_id"),
    "provisioning_profileapplication": _seen_application,
    "scim_source": _of_source("id"),
    "scim_bearertoken": _token,
    "scim_profilesource": _seen_source,
    "scim_attributemapping": _of_source("source_id"),
    "scim_extensionschema": _own("extensionschema"),
    "scim_extensionattribute": _through("extensionschema", "schema_id"),
    "saml_sso_identityprovidersettings": _saml_settings,
    "saml_sso_identityprovidercertificate": _saml("identity_provider_saved", "certificate"),
    "saml_sso_serviceproviderkey": _saml("key_"),
    "saml_sso_trustproposal": _proposal,
    "saml_sso_setuplink": _own("setuplink"),
}
