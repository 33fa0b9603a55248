"""Who runs the embedded PostgreSQL, which refuses to be root, and where its files are then."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from operations.embedded.binaries import copied_programs, packaged_programs
from operations.embedded.errors import EmbeddedPostgresError

_USER: Final = "gatehouse-pg"
_OF_THE_MACHINE: Final = Path("/var/lib/gatehouse-pg")
"""Where root keeps programs and data that this user could not reach in the data folder."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The account that runs the server, and what it can reach.

    ``spawn`` are further arguments of :class:`subprocess.Popen`; ``names`` are the accounts of
    the machine that the server lets in.
    """

    name: str
    uid: int
    gid: int
    data: Path
    programs: Path
    spawn: dict[str, Any]
    names: tuple[str, ...]

    def give(self, path: Path) -> None:
        """Let a file or folder made by this process belong to the owner."""
        if self.spawn:
            os.chown(path, self.uid, self.gid)


def owner_of(data_dir: Path) -> Owner:
    """Return who runs the server whose data is in ``data_dir``, and where.

    As root, a system user of its own; no folder is opened to it.  Where it cannot enter the data
    folder, its files are below ``/var/lib``, and ``data_dir/postgres`` is a link to them.

    Raises:
        EmbeddedPostgresError: This process' own user has no name, or no user can be made.
    """
    folder = data_dir / "postgres"
    if os.geteuid() != 0:
        me = _named(os.geteuid())
        return Owner(
            me.pw_name, me.pw_uid, me.pw_gid, folder, packaged_programs(), {}, (me.pw_name,)
        )
    user = _system_user(folder)
    programs = packaged_programs()
    if not _may_enter(programs, user):
        programs = copied_programs(_machine_folder())
    if not _may_enter(data_dir, user):
        mark = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        place = _machine_folder() / mark
        if folder.is_dir() and not folder.is_symlink() and not place.exists():
            shutil.move(folder, place)
        if not folder.is_symlink():
            folder.symlink_to(place)
        folder = place
    _hand_over(folder, user)
    spawn = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    names = ("root", user.pw_name)
    return Owner(user.pw_name, user.pw_uid, user.pw_gid, folder, programs, spawn, names)


def _named(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedPostgresError(
            f"the user {uid} has no entry in /etc/passwd, which PostgreSQL insists on"
        ) from None


def _system_user(folder: Path) -> pwd.struct_passwd:
    """Return who holds the data already, else the user made for it."""
    with_data = folder.resolve()
    if with_data.is_dir() and with_data.stat().st_uid != 0:
        return _named(with_data.stat().st_uid)
    try:
        return pwd.getpwnam(_USER)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd is None:
            return pwd.getpwnam("nobody")
    words = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _USER]
    made = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    try:
        return pwd.getpwnam(_USER)
    except KeyError:
        raise EmbeddedPostgresError(
            f"the user {_USER} could not be made: {made.stderr.strip()}"
        ) from None


def _may_enter(path: Path, user: pwd.struct_passwd) -> bool:
    return all(_opens(folder.stat(), user) for folder in (path, *path.parents))


def _opens(status: os.stat_result, user: pwd.struct_passwd) -> bool:
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _machine_folder() -> Path:
    _OF_THE_MACHINE.mkdir(mode=0o755, exist_ok=True)
    return _OF_THE_MACHINE


def _hand_over(folder: Path, user: pwd.struct_passwd) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != user.pw_uid:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
