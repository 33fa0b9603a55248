"""What documents have somebody type, and a shell that types it on the machine of the tests."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from operations.checkout import BASE_DIR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BLOCK: Final = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)

_RUNUSER: Final = """#!/bin/sh
# Whoever runs the tests stands for the user; a user of the database is named to it all the same.
[ "$1" = -u ] && [ "$3" = -- ] || exit 64
PGUSER=$2; export PGUSER
shift 3
[ "$1" = /srv/gatehouse/scripts/manage ] || exec "$@"
shift
cd {checkout} && exec {python} manage.py "$@"
"""
_SYSTEMCTL: Final = "#!/bin/sh\n# Nothing runs as a service here.\n"
_CURLRC: Final = "fail-with-body\nsilent\nshow-error\nnoproxy = 127.0.0.1\n"
"""What `curl` is told here besides: what is answered with an error is one."""


def blocks_of(document: Path, heading: str = "") -> str:
    """Its blocks of commands, one after the other; those below ``heading`` if one is named."""
    text = document.read_text()
    if heading:
        _before, found, text = text.partition(f"\n{heading}\n")
        assert found, f"{document} has no {heading}"
        text = re.split(r"^#+ ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return "".join(_BLOCK.findall(text))


def typed(commands: str, folder: Path, **environment: str) -> str:
    """What a shell prints that is given ``commands`` in ``folder``; one that fails is an error."""
    done = subprocess.run(  # noqa: S603
        ["bash", "-euc", commands],  # noqa: S607
        cwd=folder,
        env=_with_stand_ins(folder, {**os.environ, **environment}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _with_stand_ins(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    words = {"checkout": shlex.quote(str(BASE_DIR)), "python": shlex.quote(sys.executable)}
    programs = folder / "programs"
    programs.mkdir()
    for name, text in {"runuser": _RUNUSER.format(**words), "systemctl": _SYSTEMCTL}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (folder / ".curlrc").write_text(_CURLRC)
    return {**environment, "PATH": f"{programs}:{environment['PATH']}", "CURL_HOME": str(folder)}
