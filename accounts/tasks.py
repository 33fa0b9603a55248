"""The kinds of jobs of this application, which workers look for here."""

from __future__ import annotations

from typing import Any, Final

from accounts.jobs.kinds import Kind
from accounts.jobs.pruning import prune_jobs
from accounts.services.mails import send_mail_to
from accounts.signing_in.password_reset_mail import mail_password_links

KINDS: Final[tuple[Kind[Any], ...]] = (mail_password_links, prune_jobs, send_mail_to)
