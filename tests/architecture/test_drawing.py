"""The drawing of the rooms is made from the imports, and no circle is added to them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SCRIPT: Final = ROOT / "scripts" / "rooms"


def loaded() -> Any:
    """Return the script as a module."""
    spec = spec_from_loader("rooms", SourceFileLoader("rooms", str(SCRIPT)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ROOMS: Final = loaded()


def run(root: Path, *arguments: str) -> tuple[int, str]:
    ran = subprocess.run(  # noqa: S603 - a script of ours
        [sys.executable, root / "scripts" / "rooms", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project of the same applications in which there are only the circles that are known."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "docs").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts" / "rooms")
    (tmp_path / "docs" / "architecture.md").write_text(f"# A\n\n{ROOMS.BEGINS}{ROOMS.ENDS}\nEnd\n")
    for app in ROOMS.APPS:
        (tmp_path / app).mkdir()
        (tmp_path / app / "__init__.py").touch()
        (tmp_path / app / "high.py").write_text(f"import {app}.low\n")
        (tmp_path / app / "low.py").touch()
    for one, other in ROOMS.BACKWARD:
        imports(tmp_path, one, other)
        imports(tmp_path, other, one)
    return tmp_path


def imports(root: Path, module: str, imported: str) -> None:
    """Let ``module`` import another one; modules that are not there are made."""
    for name in (module, imported):
        root.joinpath(*name.split(".")).with_suffix(".py").touch()
    file = root.joinpath(*module.split(".")).with_suffix(".py")
    file.write_text(f"{file.read_text()}import {imported}\n")


def test_the_drawing_in_the_documents_is_what_the_imports_say() -> None:
    assert run(ROOT, "--check") == (0, "")


def test_a_drawing_that_is_not_up_to_date_is_refused_until_it_is_made_anew(small: Path) -> None:
    document = small / "docs" / "architecture.md"

    assert run(small, "--check")[0] == 1
    assert run(small) == (0, "")
    assert "high -> low" in document.read_text()
    assert document.read_text().endswith(f"{ROOMS.ENDS}\nEnd\n")
    assert run(small, "--check") == (0, "")

    imports(small, "config.high", "accounts.low")

    code, said = run(small, "--check")
    assert code == 1
    assert "scripts/rooms" in said
    assert "accounts.low" not in document.read_text()
    assert run(small) == (0, "")
    assert "high -> low, accounts.low" in document.read_text()


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_new_circle_is_refused_and_named(small: Path, arguments: tuple[str, ...]) -> None:
    assert run(small) == (0, "")
    imports(small, "saml_sso.low", "saml_sso.third")
    imports(small, "saml_sso.third", "saml_sso.high")

    code, said = run(small, *arguments)

    assert code == 1
    assert "saml_sso.high -> saml_sso.low -> saml_sso.third -> saml_sso.high" in said


def test_a_circle_of_applications_is_refused_and_named(small: Path) -> None:
    imports(small, "licenses.low", "scim.low")
    imports(small, "scim.high", "licenses.high")

    code, said = run(small)

    assert code == 1
    assert "licenses -> scim -> licenses" in said


@pytest.mark.parametrize(("one", "other"), ROOMS.BACKWARD)
def test_a_known_arrow_is_listed_only_as_long_as_it_closes_a_circle(
    small: Path, one: str, other: str
) -> None:
    file = small.joinpath(*one.split(".")).with_suffix(".py")
    file.write_text(file.read_text().replace(f"import {other}\n", ""))

    code, said = run(small)

    assert code == 1
    assert f"{one} -> {other} closes no circle any more" in said


def test_the_list_of_known_circles_does_not_get_longer() -> None:
    assert len(ROOMS.BACKWARD) <= 6
    assert all(ROOMS.BACKWARD.values())


def test_what_is_imported_for_type_checkers_is_no_arrow(small: Path) -> None:
    file = small / "naming" / "low.py"
    file.write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import naming.high\n")

    assert run(small) == (0, "")
