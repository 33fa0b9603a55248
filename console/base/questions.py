"""What may be asked of a page of the admin sites: what it declares, and nothing else.

Django's admin turns every parameter of a list's address into a condition on the database.  Here a
page names its parameters, each with what it may say; the sites refuse a request with any other
(:meth:`console.base.sites.GatehouseSite.admin_view`), so that a page that declares nothing answers
no question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from accounts.identifiers import read_number
from accounts.storable import is_storable

if TYPE_CHECKING:
    from django.http import HttpRequest

Check = Callable[[str], bool]
Questions = Mapping[str, Check]
_ViewT = TypeVar("_ViewT", bound=Callable[..., Any])

LONGEST_VALUE: Final = 300
LONGEST_FILTERS: Final = 2000
MOST_PARAMETERS: Final = 30
_ATTRIBUTE: Final = "gatehouse_questions"
POPUPS: Final = frozenset({"_popup", "_to_field", "_source_model"})
"""Django's names for a form in a window of its own, of which there is none here."""


class UndeclaredQuestionError(BadRequest):
    """The address asks what the page does not answer; the message says what, for people."""


def undeclared(name: str) -> UndeclaredQuestionError:
    """Return the refusal of a parameter that the page does not know."""
    return UndeclaredQuestionError(
        _("This page cannot be asked for “%(name)s”.") % {"name": _shown(name)}
    )


def malformed(name: str) -> UndeclaredQuestionError:
    """Return the refusal of a parameter whose value is none that the page offers."""
    return UndeclaredQuestionError(
        _("“%(name)s” in the address has a value that this page does not offer.")
        % {"name": _shown(name)}
    )


def asks(**questions: Check) -> Callable[[_ViewT], _ViewT]:
    """Declare the parameters in the address of a view, each with what it may say."""
    return _declaring(questions)


def judges_itself(view: _ViewT) -> _ViewT:
    """Declare that ``view`` judges the parameters in its address itself."""
    return _declaring(None)(view)


def _declaring(questions: Questions | None) -> Callable[[_ViewT], _ViewT]:
    def declare(view: _ViewT) -> _ViewT:
        setattr(view, _ATTRIBUTE, questions)
        return view

    return declare


def refuse_undeclared(request: HttpRequest, view: Callable[..., Any]) -> None:
    """Refuse ``request`` if it asks what ``view`` does not declare.

    Raises:
        UndeclaredQuestionError: A parameter is unknown, stands twice, or has a value that is not
            offered; or a form brings Django's names for windows of its own.
    """
    questions: Questions | None = getattr(view, _ATTRIBUTE, {})
    asked = readable_parameters(request)
    if questions is not None:
        for name, value in asked.items():
            if name not in questions:
                raise undeclared(name)
            if not questions[name](value):
                raise malformed(name)
    if request.method == "POST":
        for name in sorted(POPUPS & request.POST.keys()):
            raise undeclared(name)


def readable_parameters(request: HttpRequest) -> dict[str, str]:
    """Return the parameters in the address, each of which stands there once.

    Raises:
        UndeclaredQuestionError: There are absurdly many, one stands twice, is absurdly long, or
            holds what no database stores.
    """
    if len(request.GET) > MOST_PARAMETERS:
        raise UndeclaredQuestionError(_("The address asks for too much at once."))
    asked = {}
    for name, values in request.GET.lists():
        if len(values) != 1:
            raise malformed(name)
        longest = LONGEST_FILTERS if name == "_changelist_filters" else LONGEST_VALUE
        if len(values[0]) > longest or not is_storable(values[0]) or not is_storable(name):
            raise malformed(name)
        asked[name] = values[0]
    return asked


def is_empty(value: str) -> bool:
    """Accept a parameter that says something by being there."""
    return value == ""


def is_page(value: str) -> bool:
    """Whether ``value`` is the number of a page."""
    return len(value) <= len("9999999") and read_number(value) is not None


def is_filters(value: str) -> bool:
    """Accept the search and the filters of a list to go back to, which the list judges."""
    try:
        parse_qsl(value, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return False
    return True


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}…"  # noqa: PLR2004
