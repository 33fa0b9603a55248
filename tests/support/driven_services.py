"""By which test each service that writes is called, so that its facts are seen to be named."""

from __future__ import annotations

from typing import Final

DRIVEN: Final[dict[str, frozenset[str]]] = {
    "test_over_scim": frozenset(
        {
            "accounts.groups.group_rules.apply_profiles",
            "accounts.groups.group_rules.spread_change",
            "accounts.groups.groups.create_group",
            "accounts.groups.groups.delete_group",
            "accounts.groups.groups.update_group",
            "accounts.groups.mappings.set_group_attributes",
            "accounts.groups.mappings.set_group_mappings",
            "accounts.groups.member_steps.MemberSteps.apply",
            "accounts.groups.member_steps.MemberSteps.record",
            "accounts.services.profiles.change_profile_members",
            "accounts.services.profiles.set_profile_external_id",
            "accounts.services.roles.change_role_members",
            "accounts.services.roles.move_users",
            "accounts.services.users.create_user",
            "accounts.services.users.delete_user",
            "accounts.services.users.update_user_as_read",
            "accounts.trail.audit.record",
            "accounts.trail.audit.record_all",
            "licenses.group_licenses.apply_group_licenses",
            "licenses.group_licenses.set_group_licenses",
            "licenses.services.release_all_seats",
            "licenses.services.release_seats_of_group",
            "licenses.waiting.fill_free_seats",
            "licenses.waiting.give_seats",
            "scim.fixed_groups.change_fixed_group",
            "scim.groups.groups.GroupEndpoint.create",
            "scim.groups.groups.GroupEndpoint.modify",
            "scim.groups.groups.GroupEndpoint.remove",
            "scim.groups.groups.GroupEndpoint.replace",
            "scim.users.users.UserEndpoint.create",
            "scim.users.users.UserEndpoint.modify",
            "scim.users.users.UserEndpoint.remove",
            "scim.users.users.UserEndpoint.replace",
        }
    ),
    "test_by_bulk_each_operation_is_one_change": frozenset(
        {
            "scim.bulk.BulkRun.run",
        }
    ),
    "test_by_csv_and_actions_on_many_rows": frozenset(
        {
            "accounts.jobs.queueing.queue_job",
            "accounts.jobs.rows.add",
            "accounts.jobs.rows.claim",
            "accounts.jobs.running.run_job",
            "accounts.services.action_results.begin_action",
            "accounts.services.action_results.take_up",
            "accounts.services.users.deactivate_user",
            "accounts.services.users.reactivate_user",
            "accounts.services.users.update_user",
            "licenses.services.assign_seat",
        }
    ),
    "test_at_a_sign_in": frozenset(
        {
            "accounts.signing_in.sessions.SessionStore.delete",
            "saml_sso.services.sign_in.sign_in_with_evidence",
            "saml_sso.services.switches.mark_tested",
        }
    ),
    "test_by_commands": frozenset(
        {
            "accounts.services.tenants.create_first_admin",
            "accounts.services.tenants.create_tenant",
            "accounts.services.users.create_operator",
            "accounts.signing_in.links.make_link",
            "accounts.signing_in.sign_in.end_sessions_of_tenant",
            "saml_sso.services.announcing.announcing",
            "saml_sso.services.configuration.lock_settings",
            "saml_sso.services.configuration.save_identity_provider",
            "saml_sso.services.configuration.save_revision",
            "saml_sso.services.switches.enable_saml",
            "saml_sso.services.switches.enforce_saml_untested",
            "scim.services.sources.create_source",
            "scim.services.sources.enable_scim",
            "scim.services.sources.update_source",
            "scim.services.tokens.create_token",
            "scim.services.tokens.regenerate_token",
            "scim.services.visibility.list_in_default_profile",
        }
    ),
    "test_by_taking_back_seats_of_idle_people": frozenset(
        {
            "licenses.idle.release_idle_seat",
        }
    ),
    "test_by_the_daily_work": frozenset(
        {
            "accounts.jobs.queueing.queue_at_once",
            "accounts.jobs.rows.delete_ended",
            "accounts.services.action_results.delete_old_results",
            "accounts.services.expiry.warn_of_endings",
            "accounts.signing_in.sessions.SessionStore.clear_expired",
            "licenses.daily_counts.count_seats",
            "licenses.daily_counts.count_seats_of",
            "licenses.subscriptions.serve_waiting_people",
            "licenses.subscriptions.start_subscriptions",
            "saml_sso.services.attempts.prune_attempts",
            "saml_sso.services.refreshing.refresh_metadata",
            "saml_sso.services.replay.prune_consumed",
            "saml_sso.services.requests.prune_requests",
            "saml_sso.services.strangers.forget_quiet_strangers",
        }
    ),
    "test_by_what_goes_with_a_profile": frozenset(
        {
            "accounts.services.profiles.delete_profile",
        }
    ),
    "test_on_the_page_of_ones_own_account": frozenset(
        {
            "accounts.services.users.set_password",
            "accounts.signing_in.emergency.begin_emergency_session",
            "accounts.signing_in.own_sessions.end_other_sessions",
            "accounts.signing_in.own_sessions.end_session",
            "accounts.signing_in.recovery.make_recovery_codes",
            "accounts.signing_in.recovery.use_recovery_code",
            "accounts.signing_in.sign_in.end_session_before",
        }
    ),
    "test_by_links_that_are_mailed": frozenset(
        {
            "accounts.signing_in.invitations.invite_user",
            "accounts.signing_in.own_sessions.sign_out_everywhere",
            "accounts.signing_in.password_reset.note_mail",
            "accounts.signing_in.password_reset.reset_password",
        }
    ),
    "test_by_a_set_up_link": frozenset(
        {
            "accounts.trail.refusals.record_refusal",
            "saml_sso.services.attempts.record_accepted",
            "saml_sso.services.attempts.record_refused",
            "saml_sso.services.configuration.add_certificates",
            "saml_sso.services.configuration.remove_certificate",
            "saml_sso.services.offers.accept",
            "saml_sso.services.offers.discard",
            "saml_sso.services.offers.offer",
            "saml_sso.services.requests.begin_request",
            "saml_sso.services.set_up_links.make_set_up_link",
            "saml_sso.services.set_up_links.open_set_up_link",
            "saml_sso.services.set_up_links.revoke_set_up_link",
            "saml_sso.services.set_up_links.switch_saml_on",
            "saml_sso.services.switches.save_attributes",
            "saml_sso.services.trials.fail_trial",
            "saml_sso.services.trials.finish_trial",
        }
    ),
    "test_by_replacing_the_identity_provider": frozenset(
        {
            "saml_sso.services.attempts.reveal_attempt",
            "saml_sso.services.candidates.take_over",
            "saml_sso.services.keys.add_next_key",
            "saml_sso.services.keys.ensure_key",
            "saml_sso.services.keys.remove_other_key",
            "saml_sso.services.keys.use_next_key",
            "saml_sso.services.offers.keep_candidate",
            "saml_sso.services.switches.disable_saml",
            "saml_sso.services.switches.enforce_saml",
            "saml_sso.services.switches.save_choices",
            "saml_sso.services.switches.save_system_admin_email",
            "saml_sso.services.switches.stop_enforcing_saml",
        }
    ),
    "test_by_reading_the_metadata_url_again": frozenset(
        {
            "saml_sso.services.offers.forget_metadata_that_waits",
            "saml_sso.services.offers.let_metadata_wait",
        }
    ),
    "test_at_other_browsers": frozenset(
        {
            "saml_sso.services.logout.end_sessions_concerned",
            "saml_sso.services.requests.ask_first",
            "saml_sso.services.requests.decline_replacement",
        }
    ),
    "test_by_what_only_forms_reach_of_people": frozenset(
        {
            "accounts.services.operators.set_operator_active",
            "accounts.services.profiles.add_profile_members",
            "accounts.services.profiles.create_profile",
            "accounts.services.profiles.remove_profile_members",
            "accounts.services.profiles.update_profile",
            "accounts.services.resealing.reseal_secrets",
            "accounts.services.resealing.reseal_secrets_of_no_tenant",
            "accounts.services.roles.add_role_members",
            "accounts.services.roles.change_role",
            "accounts.services.saved_views.delete_view",
            "accounts.services.saved_views.rename_view",
            "accounts.services.saved_views.save_view",
            "accounts.services.settings_of_user.change_profiles",
            "accounts.services.settings_of_user.change_user_settings",
            "accounts.services.unsettled_names.settle_names",
            "accounts.trail.retention.erase_person",
        }
    ),
    "test_by_what_only_forms_reach_of_tenants": frozenset(
        {
            "accounts.services.brands.change_brand",
            "accounts.services.tenants.update_tenant",
            "accounts.signing_in.domains.claim_domain",
            "accounts.signing_in.domains.verify_domain",
            "accounts.signing_in.domains.withdraw_domain",
            "licenses.services.change_seats",
            "licenses.services.release_seat",
            "licenses.subscriptions.change_subscription",
            "licenses.subscriptions.create_subscription",
        }
    ),
    "test_by_what_only_forms_reach_of_sources": frozenset(
        {
            "scim.services.extensions.delete_schema",
            "scim.services.extensions.save_schema",
            "scim.services.mappings.set_mapping",
            "scim.services.sources.delete_source",
            "scim.services.sources.disable_scim",
            "scim.services.tokens.revoke_token",
            "scim.services.visibility.set_profile_sources",
        }
    ),
    "test_by_what_only_forms_reach_of_applications": frozenset(
        {
            "provisioning.importing.rules.set_import_rule",
            "provisioning.services.applications.change_application",
            "provisioning.services.applications.create_application",
            "provisioning.services.applications.delete_application",
            "provisioning.services.applications.empty_application",
            "provisioning.services.applications.pause_application",
            "provisioning.services.applications.resume_application",
            "provisioning.services.assignments.choose_groups",
            "provisioning.services.assignments.set_assignments",
            "provisioning.services.changing.change_columns",
            "provisioning.services.changing.name_checked",
            "provisioning.services.connections.change_connection",
            "provisioning.services.left_hosts.leave_host",
            "provisioning.services.mappings.restore_mapping",
            "provisioning.services.mappings.set_application_mapping",
            "provisioning.services.roles.change_application_role",
            "provisioning.services.roles.create_application_role",
            "provisioning.services.roles.delete_application_role",
            "provisioning.services.settings.set_leaving",
            "provisioning.services.settings.set_switches",
            "provisioning.services.visibility.list_in_default_profile",
            "provisioning.services.visibility.set_profile_applications",
        }
    ),
}
"""Of each test that has a :class:`tests.support.ways_in.Way`, what no test before it in the list
calls, and it does.
"""

NOT_DRIVEN: Final = {
    "accounts.jobs.losing.queue_lost_jobs": "a job is work; what it does is named",
    "accounts.jobs.retrying.retry_job": "a job is work; what it does is named",
    "accounts.jobs.rows.leave": "a job is work; what it does is named",
    "accounts.jobs.rows.make_due": "a job is work; what it does is named",
    "accounts.jobs.rows.reopen": "a job is work; what it does is named",
    "accounts.jobs.rows.take_lost": "a job is work; what it does is named",
    "accounts.services.action_results.go_on_with_action": "it does nothing to a row itself",
    "accounts.services.action_results.note_stop": "how far an action is, is no fact",
    "accounts.services.action_results.stop_action": "how far an action is, is no fact",
    "accounts.signing_in.sessions.SessionStore.create": "a session is no fact",
    "accounts.trail.refusals.record_refused_entry": "what is refused writes no fact",
    "saml_sso.services.announcing.announced": "it decorates services, once",
    "saml_sso.services.logout.begin_logout": "a sign-out that has begun is no fact",
    "scim.log.request_log_rows.write_exchanges": "a log holds no facts",
    **dict.fromkeys(
        (
            "provisioning.importing.deciding.create_found",
            "provisioning.importing.deciding.ignore_found",
            "provisioning.importing.deciding.link_found",
            "provisioning.importing.linking.keep_link",
            "provisioning.importing.pruning.forget_rows",
            "provisioning.importing.reading.finish",
            "provisioning.importing.reading.read_import",
            "provisioning.importing.sorting.Sorting.keep",
            "provisioning.importing.starting.begin_import",
        ),
        "what is read at an application; tests/provisioning/importing tries it",
    ),
    **dict.fromkeys(
        (
            "provisioning.engine.asking.Work.keep_unanswered",
            "provisioning.engine.asking.Work.put_back",
            "provisioning.engine.closing.close_run",
            "provisioning.engine.closing.close_runs",
            "provisioning.engine.comparing.read_target",
            "provisioning.engine.conflicting.open_conflict",
            "provisioning.engine.conflicts.resolve_conflict",
            "provisioning.engine.creating.create",
            "provisioning.engine.deciding.allow_removals",
            "provisioning.engine.deciding.refuse_removals",
            "provisioning.engine.dialects.remember",
            "provisioning.engine.dialects.remember_dialect",
            "provisioning.engine.draining.perform_operations",
            "provisioning.engine.drifting.note_drift",
            "provisioning.engine.drifting.note_reactivated",
            "provisioning.engine.ending.cancel",
            "provisioning.engine.drift.put_back",
            "provisioning.engine.ending.end",
            "provisioning.engine.ending.end_with",
            "provisioning.engine.ending.give_up",
            "provisioning.engine.ending.quarantine_object",
            "provisioning.engine.ending.quarantine_view",
            "provisioning.engine.following.follow_changes",
            "provisioning.engine.following.move",
            "provisioning.engine.holding.forget_held",
            "provisioning.engine.holding.hold",
            "provisioning.engine.holding.hold_waiting",
            "provisioning.engine.holding.removal_rows",
            "provisioning.engine.holding.show_anew",
            "provisioning.engine.known.keep_shown",
            "provisioning.engine.known.write_known",
            "provisioning.engine.late.keep_awaited",
            "provisioning.engine.leaving.delete",
            "provisioning.engine.one_person.provision_person",
            "provisioning.engine.performing.perform",
            "provisioning.engine.quarantine.quarantine_application",
            "provisioning.engine.recording.keep_first_wanted",
            "provisioning.engine.recording.keep_leavers",
            "provisioning.engine.recording.record_operations",
            "provisioning.engine.refusals.forget_refusals",
            "provisioning.engine.refusals.keep_refused",
            "provisioning.engine.retrying.lift_quarantine",
            "provisioning.engine.retrying.retry_operation",
            "provisioning.engine.retrying.retry_stuck",
            "provisioning.engine.revealing.reveal_exchange",
            "provisioning.engine.rows.lock_planning",
            "provisioning.engine.runs.make_plan",
            "provisioning.engine.runs.send_plan",
            "provisioning.engine.runs.start_full_run",
            "provisioning.engine.runs.stop_run",
            "provisioning.engine.sending.keep",
            "provisioning.engine.sending.send",
            "provisioning.engine.settling.settle",
            "provisioning.engine.starting.begin_run",
            "provisioning.engine.verdicts.conclude",
            "provisioning.engine.verdicts.unlink",
            "provisioning.engine.weekly.mail_what_is_stuck",
            "provisioning.engine.weekly.mail_what_is_stuck_at",
            "provisioning.engine.working_out.break_off",
            "provisioning.engine.working_out.work_out",
        ),
        "what is sent to applications follows from facts; tests/provisioning/engine tries it",
    ),
    **dict.fromkeys(
        (
            "access_reviews.services.applying.apply_review",
            "access_reviews.services.applying.undo_review",
            "access_reviews.services.deciding.decide_lines",
            "access_reviews.services.deciding.keep_as_suggested",
            "access_reviews.services.ending.begin_undoing",
            "access_reviews.services.ending.cancel_review",
            "access_reviews.services.ending.end_review",
            "access_reviews.services.following.pass_on_lines",
            "access_reviews.services.following.remind",
            "access_reviews.services.giving_back.give_back",
            "access_reviews.services.keeping.erase_from_reviews",
            "access_reviews.services.making.make_review_lines",
            "access_reviews.services.starting.start_review",
            "access_reviews.services.taking.take_from",
        ),
        "what is decided is no fact, and what is taken others name; tests/access_reviews tries it",
    ),
}
"""What no such test calls, and why."""
