"""What is said about an installation: that something is well, could be better, or is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about an installation, and unless it is good, another on how to mend it.

    Neither holds a secret.  ``name`` is the same whatever is found.
    """

    name: str
    level: Level
    says: str
    remedy: str = ""


def good(name: str, says: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(name, Level.GOOD, says)


def advice(name: str, says: str, remedy: str) -> Finding:
    """Return that something could be better."""
    return Finding(name, Level.ADVICE, says, remedy)


def wrong(name: str, says: str, remedy: str) -> Finding:
    """Return that something must be mended."""
    return Finding(name, Level.WRONG, says, remedy)
