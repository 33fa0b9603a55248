"""Refusals that teach, and the trace of checks that a system admin reads."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from typing_extensions import override

SHOWN_CHARACTERS: Final = 300


def shown(value: str | None) -> str:
    """Return ``value`` as a person may be shown it: short, one line, printable.

    What an unauthenticated stranger posted ends up in a log that admins read, so control and
    invisible characters are written as escapes.
    """
    if value is None:
        return "(nothing)"
    if value.isprintable() and len(value) <= SHOWN_CHARACTERS:
        return value
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value[: SHOWN_CHARACTERS + 1])
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


class Check(NamedTuple):
    """One line of a trace: what was looked at, what had to be there, what came."""

    check: str
    passed: bool
    expected: str
    got: str
    remedy: str = ""


class SAMLError(Exception):
    """Something a partner sent, or an admin uploaded, is refused.

    Attributes:
        check: Stable identifier of the failed check, such as ``"audience"``.
        expected: What would have passed, in plain words or as the exact string.
        got: What came, shortened and escaped for showing.
        remedy: A sentence that names what to change, in the identity provider's field names.
        trace: Every check made so far, the failed one last.
    """

    def __init__(self, check: str, *, expected: str, got: str | None, remedy: str) -> None:
        self.check = check
        self.expected = expected
        self.got = shown(got)
        self.remedy = remedy
        self.trace: tuple[Check, ...] = (self.as_check(),)
        super().__init__(self.message())

    def as_check(self) -> Check:
        """Return this refusal as the line of a trace."""
        return Check(self.check, False, self.expected, self.got, self.remedy)  # noqa: FBT003

    def message(self) -> str:
        """Return one paragraph: what was expected, what came, and what to do."""
        return f"Expected {self.expected}, got {self.got}. {self.remedy}"


class MessageError(SAMLError):
    """A SAML message is refused."""


class FileError(SAMLError):
    """A file that an admin gave us is refused; its message is shown on the form."""

    def __init__(self, check: str, problem: str, remedy: str) -> None:
        self.problem = problem
        super().__init__(check, expected="a usable file", got=problem, remedy=remedy)

    @override
    def message(self) -> str:
        """Return what is wrong with the file, then what to do."""
        return f"{self.problem} {self.remedy}"


class CertificateError(FileError):
    """A certificate file holds nothing that can be trusted to sign."""


class MetadataError(FileError):
    """A metadata document does not describe a usable identity provider."""


@dataclass(slots=True)
class Trace:
    """The checks made on one message, in order."""

    checks: list[Check] = field(default_factory=list)

    def require(
        self, check: str, *, passed: bool, expected: str, got: str | None, remedy: str
    ) -> None:
        """Record a check, and refuse the message when it failed.

        Raises:
            MessageError: ``passed`` is false.
        """
        if not passed:
            raise MessageError(check, expected=expected, got=got, remedy=remedy)
        self.checks.append(Check(check, passed, expected, shown(got)))

    def warn(self, check: str, *, expected: str, got: str, remedy: str) -> None:
        """Record something that is tolerated but should be put right."""
        self.checks.append(Check(check, True, expected, shown(got), remedy))  # noqa: FBT003

    def attach_to(self, error: SAMLError) -> None:
        """Give ``error`` the whole trace, itself as the last line."""
        error.trace = (*self.checks, error.as_check())
