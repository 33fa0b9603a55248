"""Every import contract of ``pyproject.toml`` can be broken: a rule that cannot is no rule."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from operations.checkout import BASE_DIR

PROJECT: dict[str, Any] = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
LINTER: dict[str, Any] = PROJECT["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
GUARDED = {
    *("xmlsec", "simpleeval", "onelogin", "saml2", "django_scim"),
    *("benchmarks", "demo", "tests"),
}

OFFENCES = {
    "Apps are layered; inbound SCIM and SAML do not know each other": [
        ("accounts.addresses", "licenses.errors"),
        ("licenses.errors", "scim.errors"),
        ("licenses.errors", "saml_sso.errors"),
        ("scim.errors", "saml_sso.errors"),
        ("saml_sso.errors", "scim.errors"),
        ("scim.errors", "operations.installation.findings"),
        ("operations.installation.findings", "console.base.access"),
        ("console.base.access", "config.env"),
        ("naming", "accounts.errors"),
    ],
    "Protocol code is pure": [
        ("scim.protocol.urns", "django.conf"),
        ("saml_sso.protocol.names", "django.utils.timezone"),
        ("scim.protocol.urns", "rest_framework"),
        ("naming", "django.conf"),
    ],
    "What settings are made of needs no Django, which needs settings": [
        ("operations.bounds", "django.conf"),
        ("operations.embedded.owner", "accounts.errors"),
        ("operations.secret_key", "operations.server.parent"),
    ],
    "Only saml_sso.protocol.toolkit knows python3-saml": [
        ("saml_sso.protocol.metadata", "onelogin.saml2.utils"),
        ("saml_sso.services.sign_in", "onelogin.saml2.utils"),
        ("console.base.sites", "onelogin.saml2.utils"),
    ],
    "Only saml_sso.protocol.xmldsig knows xmlsec": [
        ("saml_sso.protocol.metadata", "xmlsec"),
        ("saml_sso.services.sign_in", "xmlsec"),
        ("accounts.addresses", "xmlsec"),
    ],
    "Only provisioning.mapping.expressions knows simpleeval": [
        ("provisioning.mapping.gate", "simpleeval"),
        ("accounts.addresses", "simpleeval"),
    ],
    "The demo, the benchmarks and the tests are imported by nobody": [
        ("accounts.addresses", "demo.people"),
        ("scim.errors", "benchmarks.floor"),
        ("saml_sso.errors", "tests.support.scim"),
        ("console.base.sites", "saml2"),
    ],
    "The unscoped escape hatch has a short, reviewed list of users": [
        ("accounts.groups.groups", "accounts.tenancy.unscoped"),
        ("scim.users.users", "accounts.tenancy.unscoped"),
        ("saml_sso.services.sign_in", "accounts.tenancy.unscoped"),
    ],
    "Models, services and storage know no pages, forms, routes or backends": [
        ("accounts.services.users", "accounts.backends"),
        ("accounts.models.users", "accounts.forms"),
        ("licenses.waiting", "licenses.account_page"),
        ("saml_sso.services.trials", "saml_sso.views.sign_on"),
        ("scim.users.users", "scim.http.views.users"),
    ],
}
"""For each contract, (module, what it must not import), in several of the modules it is about."""


def test_every_contract_has_offences_here() -> None:
    assert OFFENCES.keys() == CONTRACTS.keys()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the project in which every offence was committed."""
    copy = tmp_path_factory.mktemp("offending")
    shutil.copy(BASE_DIR / "pyproject.toml", copy)
    for package in LINTER["root_packages"]:
        shutil.copytree(
            BASE_DIR / package,
            copy / package,
            ignore=shutil.ignore_patterns("node_modules", "__pycache__", "static", "templates"),
        )
    for module, imported in {pair for pairs in OFFENCES.values() for pair in pairs}:
        path = copy.joinpath(*module.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        file.write_text(f"{file.read_text()}\nimport {imported}  # noqa\n")
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(  # noqa: S603 - a program of our own environment
        [linter, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False, timeout=300
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_that_is_broken_is_reported(report: str, contract: str) -> None:
    assert f"{contract} BROKEN" in report


@pytest.mark.parametrize(
    ("module", "imported"), sorted({pair for pairs in OFFENCES.values() for pair in pairs})
)
def test_each_offence_is_named(report: str, module: str, imported: str) -> None:
    top = imported.partition(".")[0]
    target = imported if top in LINTER["root_packages"] else top

    assert re.search(rf"{re.escape(module)} -> {re.escape(target)}\b", report)


def test_nothing_guarded_is_imported_where_the_linter_cannot_see_it() -> None:
    hidden = []
    for package in LINTER["root_packages"]:
        if package in GUARDED:
            continue
        for path in (BASE_DIR / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
                    named = [
                        str(argument.value)
                        for argument in node.args
                        if isinstance(argument, ast.Constant)
                    ]
                    hidden += [
                        f"{path.relative_to(BASE_DIR)}: {name}"
                        for name in named
                        if name.partition(".")[0] in GUARDED
                    ]
    assert hidden == []
