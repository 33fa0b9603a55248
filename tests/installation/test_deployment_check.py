"""``check --deploy`` passes for what the documents recommend, and fails for each thing less."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import Error, Warning  # noqa: A004 - Django's name
from pytest_django.fixtures import Settings

from operations.checkout import BASE_DIR
from operations.installation.checks import check_installation
from operations.installation.variables import of_variables
from tests.support.processes import free_port

GOOD = {
    "EMBEDDED_DATABASE": False,
    "SECRET_KEY_IS_GENERATED": False,
    "SECRET_KEY": "pB7vY0qLw3nZ8tRk5XcJ2mHs9GdF4aEu6iOoVyNxTbQzWlKj1C",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "gatehouse@acme.example",
    "BASE_URL": "https://gatehouse.acme.example",
    "TRUSTED_PROXIES": 1,
    "ALLOWED_HOSTS": ["gatehouse.acme.example"],
    "DEBUG": False,
    "SECURITY_CONTACT": "mailto:security@acme.example",
}
LESS: dict[str, tuple[dict[str, object], type]] = {
    "embedded_database": ({"EMBEDDED_DATABASE": True}, Error),
    "generated_key": ({"SECRET_KEY_IS_GENERATED": True}, Error),
    "short_key": ({"SECRET_KEY": GOOD["SECRET_KEY"][:49]}, Error),  # type: ignore[index]
    "no_mail": ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, Error),
    "mail_sender": ({"DEFAULT_FROM_EMAIL": "gatehouse@localhost"}, Warning),
    "plain_http": ({"BASE_URL": "http://gatehouse.acme.example"}, Error),
    "untrusted_proxy": ({"TRUSTED_PROXIES": 0}, Error),
    "any_host": ({"ALLOWED_HOSTS": ["*"]}, Error),
    "debug": ({"DEBUG": True}, Error),
    "no_security_contact": ({"SECURITY_CONTACT": ""}, Warning),
}


@pytest.fixture
def installation(settings: Settings) -> Settings:
    """The settings of an installation in which nothing is wrong."""
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def test_nothing_is_said_about_a_good_installation(installation: Settings) -> None:
    assert check_installation() == []


def test_every_finding_has_a_case_here(installation: Settings) -> None:
    assert {finding.name for finding in of_variables()} == set(LESS)


@pytest.mark.parametrize("name", LESS)
def test_each_thing_less_is_reported_alone_with_its_remedy(
    name: str, installation: Settings
) -> None:
    changes, kind = LESS[name]
    for setting, value in changes.items():
        setattr(installation, setting, value)

    messages = check_installation()

    assert [(type(each), each.id) for each in messages] == [(kind, f"gatehouse.{name}")]
    assert messages[0].hint
    assert str(installation.SECRET_KEY) not in messages[0].msg + (messages[0].hint or "")


def test_a_misspelt_variable_is_named(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEHOUSE_TRUSTED_PROXY", "1")

    (message,) = check_installation()

    assert "GATEHOUSE_TRUSTED_PROXY" in message.msg
    assert "GATEHOUSE_TRUSTED_PROXIES" in (message.hint or "")


def variables_of(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line[:1].isalpha())


TEMPLATE = variables_of((BASE_DIR / "deploy" / "gatehouse.env").read_text())
SERVE_AS_THEY_ARE = {"GATEHOUSE_TRUSTED_PROXIES", "GATEHOUSE_DATA_DIR"}
OWN: dict[str, str] = {
    "DATABASE_URL": "postgresql://gatehouse:x8Fq@127.0.0.1:5432/gatehouse",
    "GATEHOUSE_BASE_URL": str(GOOD["BASE_URL"]),
    "GATEHOUSE_SECRET_KEY": str(GOOD["SECRET_KEY"]),
    "GATEHOUSE_EMAIL_URL": "smtp://gatehouse:x8Fq@mail.acme.example:587?tls",
    "GATEHOUSE_EMAIL_FROM": str(GOOD["DEFAULT_FROM_EMAIL"]),
    "GATEHOUSE_SECURITY_CONTACT": str(GOOD["SECURITY_CONTACT"]),
}
"""What an operator puts in place of each value of the template."""


def check_deploy(tmp_path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command with the template as an operator has filled it in, some variables changed."""
    environment = {**TEMPLATE, **OWN, "GATEHOUSE_DATA_DIR": str(tmp_path), **variables}
    return subprocess.run(  # noqa: S603
        [sys.executable, BASE_DIR / "manage.py", "check", "--deploy"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_passes_for_the_filled_template_and_fails_where_pages_would_redirect_forever(
    tmp_path: Path,
) -> None:
    filled = check_deploy(tmp_path)
    untrusted = check_deploy(tmp_path, GATEHOUSE_TRUSTED_PROXIES="0")

    assert (filled.returncode, untrusted.returncode) == (0, 1)
    assert "no issues" in filled.stdout
    assert "gatehouse.untrusted_proxy" in untrusted.stderr


def test_every_value_of_the_template_is_either_to_be_changed_or_serves_as_it_is() -> None:
    assert set(TEMPLATE) == set(OWN) | SERVE_AS_THEY_ARE


@pytest.mark.parametrize("variable", OWN)
def test_a_value_of_the_template_that_nobody_has_changed_is_named(
    variable: str, tmp_path: Path
) -> None:
    left = check_deploy(tmp_path, **{variable: TEMPLATE[variable]})

    assert left.returncode == 1
    assert variable in left.stderr
    assert len(re.findall(r"\(gatehouse\.\w+\)", left.stderr)) == 1


@pytest.mark.parametrize("word", ["USER", "PASSWORD"])
def test_of_a_mail_server_the_words_of_the_template_are_named_too(
    word: str, tmp_path: Path
) -> None:
    url = OWN["GATEHOUSE_EMAIL_URL"].replace("gatehouse" if word == "USER" else "x8Fq", word, 1)

    left = check_deploy(tmp_path, GATEHOUSE_EMAIL_URL=url)

    assert left.returncode == 1
    assert "GATEHOUSE_EMAIL_URL" in left.stderr


@pytest.mark.parametrize(
    "words",
    ["migrate", "showmigrations", "check --database default", "create_operator you@acme.example"],
)
def test_a_command_with_the_unfilled_template_ends_in_a_sentence(
    words: str, tmp_path: Path
) -> None:
    here = {"DATABASE_URL": TEMPLATE["DATABASE_URL"].replace("5432", str(free_port()))}
    done = subprocess.run(  # noqa: S603
        [sys.executable, BASE_DIR / "manage.py", *words.split()],
        env={
            "PATH": os.environ["PATH"],
            **TEMPLATE,
            **here,
            "GATEHOUSE_DATA_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "DATABASE_URL" in done.stderr
    assert "check --deploy" in done.stderr
    assert "PASSWORD" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
