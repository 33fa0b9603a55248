"""What people read in place of the names of fields and of the kinds of objects."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.trail.changes import VERBATIM
from accounts.trail.values import in_words, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

_LABELS: Final[dict[str, StrOrPromise]] = {
    "active": gettext_lazy("Active"),
    "attributes": gettext_lazy("Custom attributes"),
    "by": gettext_lazy("By way of"),
    "colour": gettext_lazy("Colour"),
    "count": gettext_lazy("How many"),
    "credential": gettext_lazy("Credential"),
    "days": gettext_lazy("Days"),
    "display_name": gettext_lazy("Display name"),
    "email": gettext_lazy("E-mail address"),
    "folded": gettext_lazy("Refused again since the entry before"),
    "ip_address": gettext_lazy("IP address"),
    "logo": gettext_lazy("Logo"),
    "left": gettext_lazy("Codes left"),
    "method": gettext_lazy("Way in"),
    "groups": gettext_lazy("Groups"),
    "kept": gettext_lazy("Stay, whatever groups give"),
    "left_to_groups": gettext_lazy("Stay as long as groups give it"),
    "number": gettext_lazy("How many"),
    "of": gettext_lazy("Parts of the change"),
    "part": gettext_lazy("Part"),
    "page": gettext_lazy("Page"),
    "plan": gettext_lazy("Plan"),
    "profiles": gettext_lazy("Access profiles"),
    "reason": gettext_lazy("Reason"),
    "role": gettext_lazy("Role"),
    "sources": gettext_lazy("Held by"),
    "user_name": gettext_lazy("User name"),
    "values": gettext_lazy("Values"),
}
_MORE_FIELDS: Final[dict[str, list[str]]] = {}
_NAMES: Final[dict[str, Callable[[Collection[str]], Mapping[str, str]]]] = {}
_WORDS: Final[dict[str, Mapping[str, StrOrPromise]]] = {}


def register_labels(labels: Mapping[str, StrOrPromise]) -> None:
    """Give labels to fields and details that no field of a model stands for."""
    _LABELS.update(labels)


def register_fields(kind: str, model_label: str) -> None:
    """Say that entries about ``kind`` also tell of fields of another model."""
    _MORE_FIELDS.setdefault(kind, []).append(model_label)


def register_words(name: str, words: Mapping[str, StrOrPromise]) -> None:
    """Give words to the values of the detail ``name``, by the value."""
    _WORDS[name] = words


def register_names(name: str, find: Callable[[Collection[str]], Mapping[str, str]]) -> None:
    """Let ``find`` return the names of what the detail ``name`` keeps a key of, by the key."""
    _NAMES[name] = find


def label_of(kind: str, name: str) -> str:
    """Return the label of the field ``name`` of a ``kind`` of object, as on its form."""
    if name.startswith(VERBATIM):
        return name.removeprefix(VERBATIM)
    if not has_label(kind, name):
        return plain(name)
    field = _field(kind, name)
    said = str(field.verbose_name) if field is not None else ""
    if name in _LABELS and said in {"", name.replace("_", " ")}:
        return str(_LABELS[name])
    return _capitalised(said)


def has_label(kind: str, name: str) -> bool:
    """Whether somebody has said what ``name`` is called, so that nothing is made of the name."""
    return name in _LABELS or _field(kind, name) is not None


def words_of(kind: str, name: str) -> Mapping[str, str]:
    """Return the words for values of a field that has choices, by the value."""
    if name in _WORDS:
        return {value: str(word) for value, word in _WORDS[name].items()}
    field = _field(kind, name)
    choices = getattr(field, "flatchoices", None) or ()
    return {str(value): str(label) for value, label in choices}


def value_in_words(kind: str, name: str, value: Any) -> str:
    """Return a value of a field in words."""
    words = words_of(kind, name)
    if value == "" and "" in words:
        return words[""]
    return in_words(value, words)


def names_of(name: str, keys: Collection[str]) -> Mapping[str, str]:
    """Return the names of what the detail ``name`` keeps keys of, as far as there is one."""
    return _NAMES[name](keys) if name in _NAMES and keys else {}


def named_details() -> frozenset[str]:
    """Return the details that keep keys of things which have names."""
    return frozenset(_NAMES)


def kind_in_words(kind: str) -> str:
    """Return what a kind of object is called."""
    model = model_of(kind)
    return str(model._meta.verbose_name) if model else _("object")


@cache
def model_of(kind: str) -> type[Model] | None:
    """Return the model of a kind of object."""
    return next((m for m in apps.get_models() if m._meta.model_name == kind), None)


@cache
def _field(kind: str, name: str) -> Field[Any, Any] | None:
    own = model_of(kind)
    others = [apps.get_model(label) for label in _MORE_FIELDS.get(kind, ())]
    for model in [*([own] if own else []), *others]:
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(found, Field):
            return found
    return None


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
