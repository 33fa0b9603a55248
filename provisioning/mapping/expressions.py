"""Expressions: a text in a small language, evaluated by simpleeval within our bounds.

The only module that knows the library.  See ``docs/adr/0047-expressions-of-mappings.md``.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from simpleeval import InvalidExpression, SimpleEval

from provisioning.mapping.functions import FUNCTIONS, is_in, plus
from provisioning.mapping.gate import ExpressionError, read_expression
from provisioning.mapping.sources import current_value, mapping_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATORS: Final = {
    ast.Add: plus,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: is_in,
    ast.NotIn: lambda part, whole: not is_in(part, whole),
    ast.Not: operator.not_,
}
_NODES: Final = (
    *(ast.Constant, ast.Name, ast.Call, ast.IfExp, ast.BinOp, ast.BoolOp, ast.UnaryOp),
    ast.Compare,
)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that passed the gate."""

    text: str
    tree: ast.expr

    def evaluate(self, resource: Mapping[str, Any]) -> Any:
        """Return the value for a resource of ours: a text, number, boolean, or list of them.

        Raises:
            ExpressionError: There is none: a function was given what it cannot use, or a value
                becomes too long.
        """
        try:
            with mapping_of(resource):
                return _evaluator().eval(self.text, previously_parsed=self.tree)
        except (InvalidExpression, ValueError, TypeError) as error:
            raise ExpressionError(_why(error)) from error


def compile_expression(text: str) -> Expression:
    """Return the expression that a text is.

    Raises:
        ExpressionError: It is none, or says what expressions may not.
    """
    return Expression(text, read_expression(text))


@cache
def _evaluator() -> SimpleEval:
    """Return the evaluator, which serves all expressions: nothing of one stays in it."""
    evaluator = SimpleEval(
        operators=_OPERATORS,
        functions=dict(FUNCTIONS),
        names=lambda node: current_value(node.id),
    )
    evaluator.nodes = {kind: evaluator.nodes[kind] for kind in _NODES}
    return evaluator


def _why(error: Exception) -> str:
    if isinstance(error, TypeError):
        return "A function has too few or too many values in its brackets."
    return str(error)
