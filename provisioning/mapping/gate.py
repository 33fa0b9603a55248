"""What an expression may say: a small part of what the library can, read before it evaluates.

An expression that passes has no loop, no call but of our functions, no attribute of a Python
object, and so few parts that it ends; :mod:`provisioning.mapping.functions` bounds what each part
may give.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from provisioning.mapping.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH: Final = 1_000
MAX_NODES: Final = 200
MAX_DEPTH: Final = 20
MAX_NUMBER: Final = 10_000

_ALLOWED: Final = (
    *(ast.Expression, ast.Constant, ast.Name, ast.Load, ast.Call, ast.IfExp, ast.BinOp, ast.Add),
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare),
    *(ast.Eq, ast.NotEq, ast.In, ast.NotIn),
)
_NOT_HERE: Final[dict[type[ast.AST], str]] = {
    ast.Attribute: "A part of something can only be asked of an attribute: name.givenName.",
    ast.Pow: "There are no powers.",
    ast.Mult: "Nothing can be multiplied.",
    ast.JoinedStr: 'There are no f-strings; write "a" + userName.',
    ast.ListComp: "There are no loops.",
    ast.GeneratorExp: "There are no loops.",
    ast.SetComp: "There are no loops.",
    ast.DictComp: "There are no loops.",
    ast.Lambda: "Functions cannot be made.",
    ast.NamedExpr: "Nothing can be assigned.",
    ast.Subscript: "Nothing is indexed; write first(…), left(…) or split(…).",
}


class ExpressionError(ValueError):
    """An expression is refused, or has no usable value; the message says why."""


def read_expression(text: str) -> ast.expr:
    """Return the tree of an expression that may be evaluated.

    Dotted names (``name.givenName``) are one name in it: the path of an attribute of ours.

    Raises:
        ExpressionError: It is none, or says what expressions may not.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"An expression has at most {MAX_LENGTH} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("This is no expression; check brackets and quotes.") from error
    _check_size(tree)
    named: ast.expr = _Paths().visit(tree)
    for node, is_called in _walk(named):
        _check(node, is_called=is_called)
    return named


class _Paths(ast.NodeTransformer):
    """Makes ``name.givenName`` one name."""

    @override
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:  # ast's own name
        names = [node.attr]
        within = node.value
        while isinstance(within, ast.Attribute):
            names.append(within.attr)
            within = within.value
        if not isinstance(within, ast.Name):
            return node
        path = ".".join([within.id, *reversed(names)])
        return ast.copy_location(ast.Name(path, ast.Load()), node)


def _check_size(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    nodes, depth = 0, 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise ExpressionError(
                f"The expression has too many parts: at most {MAX_NODES}, {MAX_DEPTH} within each "
                "other."
            )
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr | ast.comprehension | ast.keyword)
        ]


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Yield each node, and whether it stands where a function is named."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        yield node, id(node) in called


def _check(node: ast.AST, *, is_called: bool) -> None:
    if not isinstance(node, _ALLOWED):
        known = (says for kind, says in _NOT_HERE.items() if isinstance(node, kind))
        raise ExpressionError(next(known, f"{type(node).__name__} is not part of expressions."))
    if isinstance(node, ast.Constant):
        _check_constant(node.value)
    elif isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
        raise ExpressionError("Call a function by its name, with values in brackets.")
    elif isinstance(node, ast.Name) and is_called != (node.id in FUNCTIONS):
        if is_called:
            raise ExpressionError(
                f"There is no function {node.id[:40]!r}; there are {', '.join(sorted(FUNCTIONS))}."
            )
        raise ExpressionError(f"{node.id} is a function: call it with brackets.")


def _check_constant(value: object) -> None:
    if isinstance(value, bool | str) or value is None:
        return
    if not isinstance(value, int):
        raise ExpressionError("Texts in quotes, whole numbers, True, False and None are values.")
    if abs(value) > MAX_NUMBER:
        raise ExpressionError(f"Numbers go to {MAX_NUMBER}.")
