"""Templates: a text with paths in braces, ``{name.givenName}.{name.familyName}``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provisioning.mapping.sources import check_source, single_values, source_value
from provisioning.protocol.paths import PathError, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_PART: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_BRACES: Final = {"{{": "{", "}}": "}"}


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and paths in turn, a text first and last."""

    texts: tuple[str, ...]
    paths: tuple[str, ...]

    def fill(self, resource: Mapping[str, Any]) -> str:
        """Return the text with the values of a resource; empty when none of them has any.

        Raises:
            PathError: A path does not lead to a value.
        """
        values = [_one(single_values(source_value(resource, path))) for path in self.paths]
        if self.paths and not any(values):
            return ""
        return self.texts[0] + "".join(
            value + text for value, text in zip(values, self.texts[1:], strict=True)
        )


def compile_template(source: str) -> Template:
    """Return the template that a text is; doubled braces stand for themselves.

    Raises:
        PathError: A brace is left open, or what stands in braces is no path.
    """
    texts, paths, at = [""], [], 0
    for found in _PART.finditer(source):
        texts[-1] += source[at : found.start()] + _BRACES.get(found[0], "")
        at = found.end()
        if found[0] in {"{", "}"}:
            raise PathError("A brace stands alone; write {{ or }} for a brace itself.")
        if found[1] is not None:
            check_source(found[1].strip())
            paths.append(found[1].strip())
            texts.append("")
    texts[-1] += source[at:]
    return Template(tuple(texts), tuple(paths))


def _one(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return text_of(value)
