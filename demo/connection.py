"""What this identity provider knows of the tenant it is connected to."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_FILE_NAME: Final = "connection.json"


class NotConnectedError(Exception):
    """No tenant has been connected to this identity provider yet."""


@dataclass(frozen=True)
class Connection:
    """The two halves an administrator copies from *SAML & SCIM*, and the console's address.

    Attributes:
        tenant_name: The sample tenant's name, for the dashboard.
        sign_on_page_url: Where signed responses are posted (the ACS).
        sp_entity_id: The audience of the assertions.
        scim_url: Base URL of the SCIM service, without a trailing slash.
        scim_token: The bearer token.
        console_url: Where the tenant's administrator works.
    """

    tenant_name: str
    sign_on_page_url: str
    sp_entity_id: str
    scim_url: str
    scim_token: str
    console_url: str


def save_connection(state: Path, connection: Connection) -> None:
    """Write ``connection`` into the ``state`` folder, readable by its owner only."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / _FILE_NAME
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(connection), indent=2))


def load_connection(state: Path) -> Connection:
    """The connection kept in the ``state`` folder, as it is now.

    Raises:
        NotConnectedError: There is none, or it cannot be read.
    """
    path = state / _FILE_NAME
    try:
        return Connection(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise NotConnectedError(
            f"{path} does not hold a connection. Start the demo with `make run`, which writes it."
        ) from error
