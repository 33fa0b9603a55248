"""The passwords made up on the first start, kept so that later starts can print them again."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

_FILE_NAME: Final = "secrets.json"


@dataclass
class DemoSecrets:
    """What ``var/demo/secrets.json`` holds.

    Attributes:
        admin_password: Of the sample tenant's system admin.
        operator_password: Of the sample operator.
        connected_with: What the tenant's SAML settings were last made from; empty at first.
        application_token: What Gatehouse shows to the demo application.
        is_application_made: Whether the tenant was connected to it once.
    """

    admin_password: str
    operator_password: str
    connected_with: str = ""
    application_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    is_application_made: bool = False


def kept_secrets(state: Path) -> DemoSecrets | None:
    """The secrets kept in ``state``, or nothing."""
    try:
        return DemoSecrets(**json.loads((state / _FILE_NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def make_secrets() -> DemoSecrets:
    """New passwords, not yet kept."""
    return DemoSecrets(secrets.token_urlsafe(12), secrets.token_urlsafe(12))


def save_secrets(state: Path, kept: DemoSecrets) -> None:
    """Keep the secrets in ``state``, readable by their owner only."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / _FILE_NAME
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(kept), indent=2))
