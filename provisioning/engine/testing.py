"""Trying a connection in five steps, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.outgoing.addresses import require_address
from provisioning.client.target import TargetPausedError
from provisioning.engine.bounds import bounded
from provisioning.engine.dialects import CONFIG, remember
from provisioning.engine.for_a_page import asking_for_a_page
from provisioning.engine.paths import path_of
from provisioning.engine.sessions import session_with
from provisioning.planning.retrying import said
from provisioning.protocol.answers import NotAListError, read_list
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.client.target import Answer
    from provisioning.engine.sessions import Session
    from provisioning.models import Application

_CONFIG_PATH: Final = "/ServiceProviderConfig"
_REFUSED: Final = frozenset({401, 403})


class Part(StrEnum):
    """The five steps, in their order."""

    ADDRESS = "address"
    TLS = "tls"
    TOKEN = "token"  # noqa: S105 - a name
    CONFIG = "config"
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one step came to; ``ok`` is ``None`` when an earlier one failed."""

    part: Part
    ok: bool | None
    says: str
    seconds: float = 0.0


def test_connection(*, application: Application) -> list[Checked]:
    """Ask the target who it is, what it can and for its first page of users; write nothing.

    What it says that it can is remembered.

    Raises:
        TooManyAtOnceError: Enough pages wait for a target already.
    """
    with asking_for_a_page(application):
        return check_connection(application)


def check_connection(application: Application) -> list[Checked]:
    """Do the same where targets may be asked already."""
    checked: list[Checked] = []
    for each in _checks(application):
        checked.append(each)
        if each.ok is False:
            break
    tried = {each.part for each in checked}
    return checked + [Checked(part, None, "") for part in Part if part not in tried]


def _checks(application: Application) -> Iterator[Checked]:
    try:
        require_address(application.base_url)
    except AccountError as error:
        yield Checked(Part.ADDRESS, ok=False, says=str(error))
        return
    yield Checked(Part.ADDRESS, ok=True, says=_("The address may be used."))
    try:
        with session_with(application) as session:
            yield from _ask(session)
    except TargetPausedError:
        yield Checked(Part.TLS, ok=False, says=_("The target asked us to wait. Try again later."))


def _ask(session: Session) -> Iterator[Checked]:
    config = session.target.request("GET", _CONFIG_PATH)
    if config.status == 0:
        yield Checked(Part.TLS, ok=False, says=said(config.outcome), seconds=config.seconds)
        return
    yield Checked(Part.TLS, ok=True, says=_("It answers."), seconds=config.seconds)
    users = session.target.request("GET", path_of(Kind.USER), params={"count": "1"})
    if users.status in _REFUSED:
        yield Checked(Part.TOKEN, ok=False, says=said(users.outcome), seconds=users.seconds)
        return
    yield Checked(Part.TOKEN, ok=True, says=_("It takes our token."), seconds=users.seconds)
    yield _config(session, config)
    yield _first_page(users)


def _config(session: Session, config: Answer) -> Checked:
    if not config.outcome.is_success or not isinstance(config.json, dict):
        says = _("It does not say what it can; we find out. (%(said)s)")
        told = says % {"said": said(config.outcome)}
        return Checked(Part.CONFIG, ok=True, says=told, seconds=config.seconds)
    remember(session.application, CONFIG, bounded(config.json))
    abilities = [
        name
        for name in ("patch", "bulk", "filter", "etag", "sort")
        if isinstance(config.json.get(name), dict) and config.json[name].get("supported") is True
    ]
    says = _("It can: %(abilities)s.") % {"abilities": ", ".join(abilities) or "–"}
    return Checked(Part.CONFIG, ok=True, says=says, seconds=config.seconds)


def _first_page(users: Answer) -> Checked:
    try:
        page = read_list(users.json) if users.outcome.is_success else None
    except NotAListError:
        page = None
    if page is None:
        return Checked(Part.USERS, ok=False, says=said(users.outcome), seconds=users.seconds)
    says = _("It has %(count)s users.") % {"count": "?" if page.total is None else page.total}
    return Checked(Part.USERS, ok=True, says=says, seconds=users.seconds)
