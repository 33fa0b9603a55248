"""Wrong variables: one sentence, a status other than 0, and no traceback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.env import Environment
from operations.bounds import Bounds
from operations.checkout import BASE_DIR

FREE_TEXT = {
    "GATEHOUSE_SECRET_KEY": "any characters; `check --deploy` says when they are too few",
    "GATEHOUSE_PREVIOUS_SECRET_KEYS": "any words",
}
"""Variables that no value is wrong for."""

WRONG = {
    "DATABASE_URL": ["mysql://u:hush@h/d", "postgresql://h/%zz", "postgresql://u:hush@h", "hush"],
    "PORT": ["0", "65536", "http"],
    "GATEHOUSE_BASE_URL": [
        *("gatehouse.example.com", "https://", "https://h/path", "https://h:port"),
        *("https://h?x=1", "https://u:p@h", "ftp://h", "https://[::1"),
    ],
    "GATEHOUSE_ALLOWED_HOSTS": ["https://gatehouse.example.com", "h:8000", "a/b"],
    "GATEHOUSE_DATA_DIR": ["/dev/null", "/proc/gatehouse"],
    "GATEHOUSE_COMPONENTS": ["yes"],
    "GATEHOUSE_DEBUG": ["yes"],
    "GATEHOUSE_EMAIL_URL": ["mail.example.com", "http://u:hush@h", "smtp://u:hush@h:port", "smtp:"],
    "GATEHOUSE_EMAIL_FROM": ["nobody", "a b@c"],
    "GATEHOUSE_SECURITY_CONTACT": ["security@example.com", "javascript:x", "mailto:a b"],
    "GATEHOUSE_TRUSTED_PROXIES": ["-1", "one", "1.5", "٣", "9" * 5000],
    "GATEHOUSE_TRANSACTION_POOLING": ["2"],
    "GATEHOUSE_OUTGOING_NETWORKS": ["everywhere", "10.0.0.1/8", "10.0.0.0/64"],
    "GATEHOUSE_HASHES_AT_ONCE": ["0"],
    "GATEHOUSE_TRAIL_DAYS": ["0", "for ever"],
    "GATEHOUSE_TRAIL_PERSON_DAYS": ["-1", "never"],
    "GATEHOUSE_LOG_LEVEL": ["LOUD"],
    "GATEHOUSE_LOG_FORMAT": ["xml"],
}
OF_BOUNDS = {name: ["0", "-1", "many", "9" * 19] for name in Bounds.variables()}
CASES = [(name, value) for name, values in {**WRONG, **OF_BOUNDS}.items() for value in values]
WHEN_READ = [case for case in CASES if case[0] != "GATEHOUSE_DATA_DIR"]
"""The data folder is looked at when something is kept in it."""


def test_every_variable_has_wrong_values_here() -> None:
    assert {*WRONG, *OF_BOUNDS, *FREE_TEXT} == {*Environment.variables(), *Bounds.variables()}


@pytest.mark.parametrize(("name", "value"), WHEN_READ)
def test_a_wrong_value_is_refused_with_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ValueError, match=name) as refused:
        Bounds() if name in OF_BOUNDS else Environment()

    said = str(refused.value)
    assert "\n" not in said
    assert "such as" in said or "one of" in said or "1 or 0" in said
    assert "hush" not in said  # What may hold a password is not repeated.


def run(tmp_path: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A command with the variables of an installation, some of them changed."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "GATEHOUSE_DATA_DIR": str(tmp_path),
        **variables,
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, BASE_DIR / "manage.py", *words],
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


ONE_EACH = [("check", name, values[0]) for name, values in {**WRONG, **OF_BOUNDS}.items()]
OTHER_COMMANDS = [
    (command, "GATEHOUSE_THREADS", "0") for command in ("serve", "doctor", "migrate", "run_daily")
]


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [*ONE_EACH, ("check", "GATEHOUSE_DATA_DIR", "/proc/gatehouse"), *OTHER_COMMANDS],
)
def test_the_command_line_says_it_in_one_sentence(
    tmp_path: Path, command: str, name: str, value: str
) -> None:
    done = run(tmp_path, command, **{name: value})

    assert done.returncode == 1
    assert done.stderr.startswith("Gatehouse cannot start: ")
    assert name in done.stderr
    assert "hush" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_data_folder_that_cannot_be_written_says_so_without_an_own_database(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, "check", DATABASE_URL="", GATEHOUSE_DATA_DIR="/proc/gatehouse")

    assert done.returncode == 1
    assert "GATEHOUSE_DATA_DIR=/proc/gatehouse" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_key_of_a_full_disk_is_not_signed_with(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()

    done = run(tmp_path, "check")

    assert done.returncode == 1
    assert "secret_key is empty" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, on which nothing is free."""
    folder = tmp_path / "full"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("needs root, and a kernel that lets it mount")
    try:
        with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(b"x" * 4096)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


def test_a_full_disk_is_said_and_leaves_no_half_of_a_key(tmp_path: Path, full_disk: Path) -> None:
    done = run(tmp_path, "check", GATEHOUSE_DATA_DIR=str(full_disk))

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in full_disk.iterdir()] == ["filler"]
