"""Blocks of commands in the documents, copied as they stand there, work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from operations.checkout import BASE_DIR
from tests.support.documented_commands import blocks_of, typed
from tests.support.installation import ServedTenant
from tests.support.postgres_server import ROLE, postgres_server
from tests.support.processes import LOOPBACK
from tests.support.saml_party import party_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.installation import Gatehouse

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.django_db,
    pytest.mark.xdist_group("served_gatehouse"),
]

DOCS: Final = BASE_DIR / "docs"
WITH_COMMANDS: Final = [each for each in sorted(DOCS.glob("howto/*.md")) if blocks_of(each)]
SHOWS: Final = {
    "connect-an-identity-provider.md": '"active":false',
    "get-back-in.md": "/link/",
}
"""What the last command of each how-to prints, among other things."""
LOOKS: Final = "runuser -u gatehouse -- /srv/gatehouse/scripts/manage doctor"
"""Has more to say where there is no proxy and no mail server than what is asked here."""


@pytest.fixture(scope="module")
def acme(served_gatehouse: Gatehouse) -> ServedTenant:
    """The company of the documents with its admin Alice."""
    served_gatehouse.commands(
        ["create_tenant", "acme", "--name=Acme", "--admin-email=alice@acme.example"]
    )
    return ServedTenant(served_gatehouse, "acme")


@pytest.mark.parametrize("how_to", WITH_COMMANDS, ids=lambda each: each.stem)
def test_the_commands_of_a_how_to_work(how_to: Path, acme: ServedTenant, tmp_path: Path) -> None:
    directory = acme.connect(party_of("acme").metadata())
    commands = blocks_of(how_to).replace("the-token-that-was-shown", directory.token)
    commands = commands.replace("https://gatehouse.example.com/scim/v2", directory.scim_url)

    assert SHOWS[how_to.name] in typed(commands, tmp_path, **acme.gatehouse.environment)


def test_a_backup_can_be_restored(tmp_path: Path) -> None:
    with postgres_server() as postgres:
        database = postgres.migrated("gatehouse")
        environment = {
            "DATABASE_URL": database,
            "GATEHOUSE_DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "tests.support.server_settings",
            "PATH": f"{postgres.programs}:{os.environ['PATH']}",
            "PGHOST": LOOPBACK,
            "PGPORT": str(postgres.port),
        }
        owned = "SELECT count(*) FROM pg_class WHERE relowner = %s::regrole"
        with psycopg.connect(database) as connection:
            before = connection.execute(owned, [ROLE]).fetchone()

        commands = blocks_of(DOCS / "operations.md", "### Backups").strip().removesuffix(LOOKS)
        typed(commands, tmp_path, **environment)

        with psycopg.connect(database) as connection:
            assert connection.execute(owned, [ROLE]).fetchone() == before
    assert (tmp_path / "gatehouse.dump").stat().st_mode & 0o077 == 0
