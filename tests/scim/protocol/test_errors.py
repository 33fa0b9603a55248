"""Every error is a document that RFC 7644, Section 3.12 describes."""

from __future__ import annotations

import pytest

from scim.protocol import errors, urns

SCIM_TYPES = {
    **dict.fromkeys(
        ("invalidFilter", "tooMany", "mutability", "invalidSyntax", "invalidPath", "noTarget"), 400
    ),
    **dict.fromkeys(("invalidValue", "invalidVers", "sensitive"), 400),
    **dict.fromkeys(("invalidCursor", "expiredCursor", "invalidCount"), 400),
    "uniqueness": 409,
}
CLASSES = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.SCIMError)
]


def test_every_keyword_is_one_of_the_rfcs_and_has_one_class() -> None:
    with_keyword = [error for error in CLASSES if error.scim_type]
    statuses = {error.scim_type: int(error.status) for error in with_keyword}

    assert statuses.items() <= SCIM_TYPES.items()
    assert len(with_keyword) == len(statuses) > 10


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_an_error_document_has_a_string_for_its_status(error: type[errors.SCIMError]) -> None:
    raised = (
        error("Why.", retry_after=7)
        if issubclass(error, errors.TooManyRequestsError | errors.ServiceUnavailableError)
        else error("Why.")
    )

    message = raised.to_message()

    assert message["schemas"] == [urns.ERROR]
    assert message["status"] == str(error.status.value)
    assert message["detail"] == "Why."
    assert message.get("scimType", "") == error.scim_type
