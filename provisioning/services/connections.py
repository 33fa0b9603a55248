"""Where an application is, and how we say who we are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.secrets.encryption import seal_json
from accounts.trail import audit
from provisioning.errors import AddressError
from provisioning.models import Application, SignIn
from provisioning.models.applications import SEALED_SECRET, SEALED_TOKEN
from provisioning.services.applications import pause_application
from provisioning.services.changing import change_columns, hold
from provisioning.services.left_hosts import leave_host

if TYPE_CHECKING:
    from collections.abc import Sequence

SEALED: Final = {"token": SEALED_TOKEN, "client_secret": SEALED_SECRET}
"""The columns that hold a credential, and for what each is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What an admin says of a connection; an empty ``token`` or ``client_secret`` says nothing."""

    base_url: str
    sign_in: str = SignIn.BEARER
    token: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope_text: str = ""


@transaction.atomic
def change_connection(*, application: Application, connection: Connection) -> bool:
    """Store a connection; return whether anything, or a credential, is other than before.

    A credential goes to the host that it was given for: where the host of the base URL or of the
    token URL becomes another one, what is stored is void, and what its target has shown of itself
    is forgotten.  If no credential for the new host comes with it, an application that sends is
    paused: an admin stores one and lets it go on.  With another host of the base URL it is another
    target, see :func:`provisioning.services.left_hosts.leave_host`.

    Raises:
        AddressError: The base URL or the token URL is none.
    """
    base_url = _checked(connection.base_url)
    token_url = _checked(connection.token_url) if connection.token_url.strip() else ""
    stored = hold(application)
    has_moved = _host(stored.base_url) not in {"", _host(base_url)} or (
        _host(stored.token_url) not in {"", _host(token_url)}
    )
    values: dict[str, Any] = {
        "base_url": base_url,
        "sign_in": connection.sign_in,
        "token_url": token_url,
        "client_id": connection.client_id.strip(),
        "scope_text": connection.scope_text.strip(),
    }
    moved = change_columns(application, "application.moved", values)
    # Not what the caller has read: somebody else may have stored a credential since.
    void = [name for name in SEALED if getattr(stored, name)] if has_moved else []
    if server_of(stored.base_url) not in {"", server_of(base_url)}:
        leave_host(application=application)
    elif has_moved and stored.learned:
        application.learned = {}
        application.save(update_fields=["learned"])
    replaced = _replace_credential(application, connection, void=void)
    if void and stored.first_plan_sent_at and not (stored.is_paused or _has_secret(connection)):
        reason = _("The address leads to another host: store the credential for it.")
        pause_application(application=application, reason=reason)
    return replaced or moved


def server_of(url: str) -> str:
    """Return the host and port of an address: over another scheme it is the same target."""
    return urlsplit(url).netloc.lower()


def _has_secret(connection: Connection) -> bool:
    return any(getattr(connection, name).strip() for name in SEALED)


def _replace_credential(
    application: Application, connection: Connection, *, void: Sequence[str]
) -> bool:
    given = {name: _sealed(getattr(connection, name), purpose) for name, purpose in SEALED.items()}
    changed = list(dict.fromkeys([*(name for name, sealed in given.items() if sealed), *void]))
    if not changed:
        return False
    for name in changed:
        setattr(application, name, given[name])
    application.save(update_fields=changed)
    is_gone = not any(given.values())
    action = "application.credential_voided" if is_gone else "application.credential_replaced"
    audit.record(action, application)
    return True


def _sealed(secret: str, purpose: str) -> str:
    return seal_json(secret.strip(), purpose).decode("ascii") if secret.strip() else ""


def _checked(text: str) -> str:
    """Return an address without the slash at its end.

    Raises:
        AddressError: It is no address of a web server, or says more than one.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _port = parts.port
    except ValueError:
        is_address = False
    if not is_address:
        raise AddressError(_("“%(url)s” is no address. It begins with https://.") % {"url": url})
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AddressError(
            _("The address ends with its path: without user, question mark or number sign.")
        )
    return url


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if url else ""
