"""The small mistakes a condition could be written with: each takes a node and gives what else might stand there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy

Operator = Callable[[ast.AST], Iterator[ast.AST]]

NEIGHBOURS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}


def comparison_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """An edge on the other side (`<` for `<=`), a likeness turned round (`==` for `!=`)."""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            other = deepcopy(node)
            other.ops[place] = NEIGHBOURS[type(op)]()
            yield other


def link_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """One end of a chain (`a <= b` for `a <= b <= c`)."""
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        operands = [node.left, *node.comparators]
        for first, last in ((1, len(operands)), (0, len(operands) - 1)):
            kept = deepcopy(operands[first:last])
            yield ast.Compare(left=kept[0], ops=list(node.ops[first : last - 1]), comparators=kept[1:])


def number_moved(node: ast.AST) -> Iterator[ast.AST]:
    """A number compared with, one more and one less."""
    if not isinstance(node, ast.Compare):
        return
    for number in _numbers(node):
        for step in (1, -1):
            held = number.value
            assert isinstance(held, int)
            number.value = held + step
            yield deepcopy(node)
            number.value = held


def _numbers(node: ast.AST) -> Iterator[ast.Constant]:
    """The whole numbers a comparison is made with, sums and products included, but nothing inside of calls."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and type(child.value) is int:
            yield child
        elif isinstance(child, ast.BinOp | ast.UnaryOp | ast.Tuple):
            yield from _numbers(child)


def and_or_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """`or` for `and`, `and` for `or`."""
    if isinstance(node, ast.BoolOp):
        op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(op=op, values=deepcopy(node.values))


def part_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """One part of an `and` or an `or` forgotten."""
    if isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            kept = deepcopy(node.values[:place] + node.values[place + 1 :])
            yield kept[0] if len(kept) == 1 else ast.BoolOp(op=node.op, values=kept)


def not_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """`not` forgotten."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield deepcopy(node.operand)


def call_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """`any` for `all`, `min` for `max`, and the other way round."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SWAPPED:
        other = deepcopy(node)
        other.func = ast.Name(id=SWAPPED[node.func.id], ctx=ast.Load())
        yield other


def end_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """The first for the last, the last for the first."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        other = {"0": -1, "-1": 0}.get(ast.unparse(node.slice))
        if other is not None:
            end = ast.parse(str(other), mode="eval").body
            yield ast.Subscript(value=deepcopy(node.value), slice=end, ctx=ast.Load())


def condition_forced(node: ast.AST) -> Iterator[ast.AST]:
    """A branch always taken, or never: an early return that never happens is one of them."""
    if isinstance(node, ast.If | ast.IfExp):
        forced = (True, False)
    elif isinstance(node, ast.While):
        forced = (False,)  # type: ignore[assignment]
    else:
        return
    for value in forced:
        other = deepcopy(node)
        other.test = ast.Constant(value=value)
        yield other


def filter_forced(node: ast.AST) -> Iterator[ast.AST]:
    """The `if` of a comprehension that lets everything through, or nothing."""
    if isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            for value in (True, False):
                other = deepcopy(node)
                other.ifs[place] = ast.Constant(value=value)
                yield other


OPERATORS: tuple[Operator, ...] = (
    comparison_swapped,
    link_dropped,
    number_moved,
    and_or_swapped,
    part_dropped,
    not_dropped,
    call_swapped,
    end_swapped,
    condition_forced,
    filter_forced,
)
