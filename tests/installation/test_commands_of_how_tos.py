"""Every block of commands in a how-to, copied as it stands there, works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from operations.checkout import BASE_DIR
from tests.support.installation import ServedTenant
from tests.support.saml_party import party_of

if TYPE_CHECKING:
    from tests.support.installation import Gatehouse

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("served_gatehouse")]

HOW_TOS: Final = BASE_DIR / "docs" / "howto"
_BLOCK: Final = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)

REFUSALS_COUNT: Final = "fail-with-body\nsilent\nshow-error\nnoproxy = 127.0.0.1\n"
"""What `curl` is told here besides: what is answered with an error is one."""
AS_SOMEBODY: Final = """#!/bin/sh
# In place of `runuser -u gatehouse -- /srv/gatehouse/scripts/manage …`: who runs the tests runs it.
[ "$1 $2 $3 $4" = "-u gatehouse -- /srv/gatehouse/scripts/manage" ] || exit 64
shift 4
cd {checkout} && exec {python} manage.py "$@"
"""


def blocks_of(how_to: Path) -> list[str]:
    """What stands in its blocks, one after the other, as a reader types it."""
    return _BLOCK.findall(how_to.read_text())


WITH_COMMANDS: Final = sorted(each for each in HOW_TOS.glob("*.md") if blocks_of(each))


@dataclass(frozen=True)
class Reader:
    """Somebody who has an installation with the company of the documents, and copies."""

    environment: dict[str, str]
    scim_url: str
    token: str

    def types(self, commands: str) -> str:
        """What a shell prints that is given ``commands``; the first failure ends the test."""
        typed = commands.replace("https://gatehouse.example.com/scim/v2", self.scim_url)
        typed = typed.replace("the-token-that-was-shown", self.token)
        done = subprocess.run(  # noqa: S603
            ["bash", "-euc", typed],  # noqa: S607
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{typed}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def reader(served_gatehouse: Gatehouse, tmp_path: Path) -> Reader:
    """The company `acme` with its admin Alice, SAML and SCIM switched on."""
    served_gatehouse.commands(
        ["create_tenant", "acme", "--name=Acme", "--admin-email=alice@acme.example"]
    )
    connected = ServedTenant(served_gatehouse, "acme").connect(party_of("acme").metadata())
    stand_in = tmp_path / "runuser"
    words = {"checkout": shlex.quote(str(BASE_DIR)), "python": shlex.quote(sys.executable)}
    stand_in.write_text(AS_SOMEBODY.format(**words))
    stand_in.chmod(0o755)
    (tmp_path / ".curlrc").write_text(REFUSALS_COUNT)
    environment = {
        **os.environ,
        **served_gatehouse.environment,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CURL_HOME": str(tmp_path),
    }
    return Reader(environment, connected.scim_url, connected.token)


def test_the_commands_of_every_how_to_work(reader: Reader) -> None:
    printed = {each.name: reader.types("\n".join(blocks_of(each))) for each in WITH_COMMANDS}

    assert '"active":false' in printed["connect-an-identity-provider.md"]
    assert "/sign-in/link/" in printed["get-back-in.md"]
