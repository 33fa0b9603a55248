"""The credential of an application, opened for whoever signs in with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.secrets.encryption import unseal_json
from provisioning.client.credentials import Bearer, ClientCredentials
from provisioning.models import SignIn
from provisioning.models.applications import SEALED_SECRET, SEALED_TOKEN
from provisioning.protocol.canonical import digest

if TYPE_CHECKING:
    from provisioning.client.credentials import Credential
    from provisioning.models import Application


def credential_of(application: Application) -> Credential:
    """Return how one signs in at an application's target; an empty one signs nobody in.

    Raises:
        SealError: No configured key opens it.
    """
    if application.sign_in == SignIn.OAUTH:
        return ClientCredentials(
            token_url=application.token_url,
            client_id=application.client_id,
            client_secret=_opened(application.client_secret, SEALED_SECRET),
            scope=application.scope_text,
        )
    return Bearer(_opened(application.token, SEALED_TOKEN))


def digest_of_credential(application: Application) -> str:
    """Return what tells a credential from another, without opening it.

    A target may tell companies apart by nothing else.
    """
    sealed = (application.token, application.client_secret)
    asked = (application.sign_in, application.token_url, application.client_id)
    return digest([*sealed, *asked, application.scope_text])


def _opened(sealed: str, purpose: str) -> str:
    opened: Any = unseal_json(sealed.encode(), purpose) if sealed else ""
    return str(opened)
