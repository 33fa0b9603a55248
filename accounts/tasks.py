"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import AFTER_MIDNIGHT, EVERY_TEN_MINUTES, HOURLY, Kind, by_the_clock
from accounts.jobs.pruning import prune_jobs
from accounts.services import expiry
from accounts.services.action_results import delete_old_results
from accounts.services.mails import send_letter_to
from accounts.services.people_files import delete_old_files
from accounts.signing_in.earlier_mails import mail_invitation, send_mail_to
from accounts.signing_in.invitations import mail_invitation_to
from accounts.signing_in.password_reset_mail import mail_password_link, mail_password_links
from accounts.signing_in.sessions import SessionStore
from accounts.trail import counting, retention

warn_of_expiring_credentials = by_the_clock(AFTER_MIDNIGHT)(expiry.warn_of_expiring_credentials)
erase_people_who_left = by_the_clock(AFTER_MIDNIGHT)(retention.erase_people_who_left)
prune_trail = by_the_clock(AFTER_MIDNIGHT)(retention.prune_trail)
count_trail = by_the_clock(EVERY_TEN_MINUTES)(counting.count_trail)


@by_the_clock(HOURLY)
def clear_sessions() -> dict[str, Any]:
    """Delete the sessions that are over; Django's own command is of an app we do without."""
    SessionStore.clear_expired()
    return {}


@by_the_clock(AFTER_MIDNIGHT)
def clear_results() -> dict[str, Any]:
    """Delete the results of actions, and uploaded files, that are kept no longer."""
    return {"deleted": delete_old_results(), "files": delete_old_files()}


KINDS: Final[tuple[Kind[Any], ...]] = (
    send_letter_to,
    mail_invitation_to,
    send_mail_to,
    mail_invitation,
    mail_password_links,
    mail_password_link,
    warn_of_expiring_credentials,
    clear_sessions,
    clear_results,
    prune_jobs,
    erase_people_who_left,
    prune_trail,
    count_trail,
)
