"""Each operator makes the mutants it says; the ones that once went unnoticed among them."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutation import operators
from tests.mutation.mutants import Mutated, _mutants


def mutants_of(condition: str) -> dict[str, str]:
    """What a function that asks this becomes, by key without the function."""
    source = f"def f():\n    return {condition}\n"
    found = Mutated(ModuleType("m"), source, ast.parse(source))
    texts: dict[str, str] = {}
    for mutant in _mutants(found):
        held = mutant.put()
        texts[mutant.key.partition(": ")[2]] = ast.unparse(found.tree).partition("return ")[2]
        mutant.node, taken = held, mutant.node
        mutant.put()
        mutant.node = taken
    assert ast.unparse(found.tree).strip() == ast.unparse(ast.parse(source)).strip()
    return texts


@pytest.mark.parametrize(
    ("condition", "mutants"),
    [
        ("a < b", {"a <= b"}),
        ("a <= b", {"a < b"}),
        ("a > b", {"a >= b"}),
        ("a >= b", {"a > b"}),
        ("a == b", {"a != b"}),
        ("a != b", {"a == b"}),
        ("a is None", {"a is not None"}),
        ("a in b", {"a not in b"}),
        ("a > 3", {"a >= 3", "a > 4", "a > 2"}),
        ("a > b * 24", {"a >= b * 24", "a > b * 25", "a > b * 23"}),
        ("a is True", {"a is not True"}),
        ("f(1) > a", {"f(1) >= a"}),
        ("0 <= a <= b", {"0 < a <= b", "0 <= a < b", "a <= b", "0 <= a", "1 <= a <= b", "-1 <= a <= b"}),
        ("a and b", {"a or b", "a", "b"}),
        ("a or b or c", {"a and b and c", "a or b", "a or c", "b or c"}),
        ("not a", {"a"}),
        ("any(a)", {"all(a)"}),
        ("all(a)", {"any(a)"}),
        ("min(a)", {"max(a)"}),
        ("max(a)", {"min(a)"}),
        ("a[-1]", {"a[0]"}),
        ("a[0]", {"a[-1]"}),
        ("a[1]", set()),
        ("x if a else y", {"x if True else y", "x if False else y"}),
        ("[x for x in y if x]", {"[x for x in y if True]", "[x for x in y if False]"}),
        ("f'{a > 1}'", set()),
    ],
)
def test_what_else_might_stand_there(condition: str, mutants: set[str]) -> None:
    assert set(mutants_of(condition).values()) == mutants


def test_an_early_return_is_left_out_and_a_loop_never_begun() -> None:
    source = "def f():\n    if a:\n        return\n    while b:\n        g()\n"
    found = Mutated(ModuleType("m"), source, ast.parse(source))
    assert [m.key for m in _mutants(found)] == [
        "m:f: if a -> if True",
        "m:f: if a -> if False",
        "m:f: while b -> while False",
    ]


def test_two_mutants_of_one_text_have_two_keys() -> None:
    source = "class C:\n    def f():\n        return (a < b, a < b)\n"
    found = Mutated(ModuleType("m"), source, ast.parse(source))
    assert [m.key for m in _mutants(found)] == ["m:C.f: a < b -> a <= b", "m:C.f: a < b -> a <= b #2"]


def test_each_operator_is_used() -> None:
    defined = {name for name, held in vars(operators).items() if getattr(held, "__doc__", None) and name[0] != "_"}
    used = {operator.__name__ for operator in operators.OPERATORS}
    text = Path(operators.__file__).read_text(encoding="utf-8")
    assert used == {name for name in defined if f"def {name}(node: ast.AST) -> Iterator[ast.AST]:" in text}


ONCE_UNNOTICED = {
    "reused_waybill: the edge of its window": (
        "_order(before) < _order(use) and use.occurred_at - before.occurred_at <= reach_ms and _is_reuse(use, before)",
        "use.occurred_at - before.occurred_at <= reach_ms -> use.occurred_at - before.occurred_at < reach_ms",
    ),
    "refund_before_delivery: claimed at the millisecond of the signature": (
        "all(c.occurred_at < at for at in arrived)",
        "c.occurred_at < at -> c.occurred_at <= at",
    ),
    "refund_before_delivery: of any type": (
        "refund.type != 'return_refund' or refund.opened.occurred_at < shipped.occurred_at",
        "refund.type != 'return_refund' or refund.opened.occurred_at < shipped.occurred_at"
        " -> refund.opened.occurred_at < shipped.occurred_at",
    ),
    "mirror_wrong_item: in any shop": (
        "mine.reason == 'wrong_item' and mine.shop_id == other.shop_id",
        "mine.reason == 'wrong_item' and mine.shop_id == other.shop_id -> mine.reason == 'wrong_item'",
    ),
    "cross_account_switch: at the same price": (
        "answer.refund_id == refund_id and _gap(case.order, answer) > 0",
        "_gap(case.order, answer) > 0 -> _gap(case.order, answer) >= 0",
    ),
    "no_circulation: one refund of several withdrawn": (
        "_was_scanned(case) or all(_was_over(r.changes, due_ms) for _, _, r in filled)",
        "all((_was_over(r.changes, due_ms) for _, _, r in filled))"
        " -> any((_was_over(r.changes, due_ms) for _, _, r in filled))",
    ),
    "received_refund_only: of any type": (
        "refund.type == 'refund_only' and _denies(change)",
        "refund.type == 'refund_only' and _denies(change) -> _denies(change)",
    ),
    "signed_before_filled: filled in at the millisecond of the signature": (
        "late_ms <= 0 or late_ms > parameters.window_days * _DAY_MS",
        "late_ms <= 0 -> late_ms < 0",
    ),
    "worn_return: by the first reason": (
        "(said[-1] if said else refund.reason) == 'no_reason'",
        "said[-1] -> said[0]",
    ),
    "outbound_waybill_as_return: filled in before it was sent": (
        "sent and filled and 0 <= filled.occurred_at - sent.occurred_at <= reach_ms",
        "0 <= filled.occurred_at - sent.occurred_at <= reach_ms -> filled.occurred_at - sent.occurred_at <= reach_ms",
    ),
}


@pytest.mark.parametrize("name", ONCE_UNNOTICED)
def test_what_once_went_unnoticed_is_a_mutant(name: str) -> None:
    condition, key = ONCE_UNNOTICED[name]
    assert key in mutants_of(condition)


def test_what_only_makes_examples_is_left_out() -> None:
    source = (
        "def _made(a):\n    return a > 1\n"
        "def _signal(a):\n    return not a\n"
        "RULE = Rule(signals=(_signal,))\nEXAMPLES = (_made(1),)\n"
        "def detect(case):\n    return _found(case)\n"
        "def _found(case):\n    return not case\n"
    )
    found = Mutated(ModuleType("m"), source, ast.parse(source))
    assert [m.key for m in _mutants(found)] == ["m:_signal: not a -> a", "m:_found: not case -> case"]
