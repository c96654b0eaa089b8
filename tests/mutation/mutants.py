"""The mutants of a module: which there are, what each is called, and how one is put into the running program."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from inspect import getsource
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.operators import OPERATORS

_FUNCTION_FLAG = 0x1
"""`CO_OPTIMIZED`: code of a function, not of a class or a module."""
_LEFT_OUT = (ast.arguments, ast.JoinedStr, ast.Assert)
"""Defaults and annotations; texts, which say and do not decide; what is asserted for the types' sake."""
Spot = tuple[str, int]
"""Where a function stands: its qualified name and its first line."""
LONGEST = 600
"""So many characters of a condition are told in a mutant's key."""


@dataclass(slots=True)
class Mutant:
    """One change of one condition of one function.

    Its key says where and what, and no line, so that it stays what it is while other lines move.
    """

    key: str
    line: int
    function: str
    parent: ast.AST
    name: str
    place: int | None
    node: ast.AST

    def put(self) -> ast.AST:
        """Put what it changes into the tree; what stood there comes back, for `Mutant.node` to take it out again."""
        if self.place is None:
            held = getattr(self.parent, self.name)
            setattr(self.parent, self.name, self.node)
        else:
            held = getattr(self.parent, self.name)[self.place]
            getattr(self.parent, self.name)[self.place] = self.node
        assert isinstance(held, ast.AST)
        return held


@dataclass(frozen=True, slots=True)
class Swap:
    """A function that runs now, with the code it had and the mutant's."""

    function: FunctionType
    was: CodeType
    is_now: CodeType

    def mutate(self) -> None:
        """Let it run the mutant's code."""
        self.function.__code__ = self.is_now

    def restore(self) -> None:
        """Let it run its own."""
        self.function.__code__ = self.was


@dataclass
class Mutated:
    """A module with its mutants in the order of its lines."""

    module: ModuleType
    source: str
    tree: ast.Module
    mutants: list[Mutant] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The module's, without `cloudtag.`."""
        return self.module.__name__.removeprefix("cloudtag.")

    @cached_property
    def codes(self) -> list[CodeType]:
        """The code of the module's functions as it is."""
        return _codes(compile(self.source, str(self.module.__file__), "exec"))

    @cached_property
    def living(self) -> dict[Spot, list[FunctionType]]:
        """The functions of the module that live, by where they stand. Asked before a fork it is found once for all."""
        found: dict[Spot, list[FunctionType]] = {}
        for held in gc.get_objects():
            if type(held) is FunctionType and held.__code__.co_filename == self.module.__file__:
                found.setdefault(_spot(held.__code__), []).append(held)
        return found

    def install(self, mutant: Mutant) -> list[Swap]:
        """Give the functions that run now the mutant's code, wherever they are held; what was swapped comes back.

        The tree stays changed: fork first. Raises LookupError when the function is not alive.
        """
        mutant.put()
        ast.fix_missing_locations(self.tree)
        new = _codes(compile(self.tree, str(self.module.__file__), "exec"))
        changed = [(_spot(was), code) for was, code in zip(self.codes, new, strict=True) if was != code]
        if not changed or any(spot not in self.living for spot, _ in changed):
            raise LookupError(f"{mutant.key}: no function of {self.name} runs it")
        swaps = [Swap(function, function.__code__, code) for spot, code in changed for function in self.living[spot]]
        for swap in swaps:
            swap.mutate()
        return swaps


def mutated(module_name: str) -> Mutated:
    """A module and all its mutants."""
    module = import_module(module_name)
    source = getsource(module)
    found = Mutated(module, source, ast.parse(source))
    found.mutants = list(_mutants(found))
    return found


def _mutants(found: Mutated) -> Iterator[Mutant]:
    seen: dict[str, int] = {}
    told: set[tuple[int, int, str]] = set()
    for function, parent, name, place, node in _places(found.tree):
        was = _text(node)
        for operator in OPERATORS:
            for other in operator(node):
                is_now = _text(other)
                line, column = _position(node, parent)
                if (line, column, f"{was}{is_now}") in told:
                    continue
                told.add((line, column, f"{was}{is_now}"))
                key = f"{found.name}:{function}: {was} -> {is_now}"
                seen[key] = seen.get(key, 0) + 1
                unique = key if seen[key] == 1 else f"{key} #{seen[key]}"
                yield Mutant(unique, line, function, parent, name, place, _placed(other, node))


def _text(node: ast.AST) -> str:
    """What a key tells of a node: its condition alone where it has one, on one line."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        words = f"{'while' if isinstance(node, ast.While) else 'if'} {ast.unparse(node.test)}"
    elif isinstance(node, ast.comprehension):
        words = " ".join(f"if {ast.unparse(test)}" for test in node.ifs)
    else:
        words = ast.unparse(node)
    return words if len(words) <= LONGEST else f"{words[: LONGEST // 2]}…{words[-LONGEST // 2 :]}"


def _position(node: ast.AST, parent: ast.AST) -> tuple[int, int]:
    held: Any = node.iter if isinstance(node, ast.comprehension) else node
    return getattr(held, "lineno", getattr(parent, "lineno", 0)), getattr(held, "col_offset", 0)


def _placed(other: ast.AST, node: ast.AST) -> ast.AST:
    return ast.copy_location(other, node) if hasattr(node, "lineno") else other


Place = tuple[str, ast.AST, str, int | None, ast.AST]


def _places(tree: ast.Module) -> Iterator[Place]:
    """Every node inside of a function, with the function's name and where in the tree it hangs."""
    run = _run_later(tree)
    for name, unit in _units(tree.body, ""):
        if run is None or name.partition(".")[0] in run or not isinstance(unit, ast.FunctionDef):
            yield from _below(unit, name)


def _run_later(tree: ast.Module) -> set[str] | None:
    """The names a detector's `detect` and `RULE` reach; its other functions only make examples, once. Else none."""
    bodies = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    rules = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RULE"]
    if "detect" not in bodies or not rules:
        return None
    found, waiting = set[str](), [bodies["detect"], *rules]
    while waiting:
        names = {node.id for node in ast.walk(waiting.pop()) if isinstance(node, ast.Name)} - found
        found |= names
        waiting += [bodies[name] for name in names if name in bodies]
    return found | {"detect"}


def _units(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + statement.name, statement
        elif isinstance(statement, ast.ClassDef):
            yield from _units(statement.body, f"{prefix}{statement.name}.")
        else:
            for node in ast.walk(statement):
                if isinstance(node, ast.Lambda):
                    yield f"{prefix}<lambda>", node


def _below(node: ast.AST, function: str) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        children: list[tuple[int | None, Any]] = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for place, child in children:
            if isinstance(child, ast.AST) and not isinstance(child, _LEFT_OUT):
                yield function, node, name, place, child
                yield from _below(child, function)


def _codes(code: CodeType) -> list[CodeType]:
    """The code of functions, those of classes included, not of what stands inside of functions."""
    found: list[CodeType] = []
    for held in code.co_consts:
        if isinstance(held, CodeType):
            found += [held] if held.co_flags & _FUNCTION_FLAG else _codes(held)
    return found


def _spot(code: CodeType) -> Spot:
    return code.co_qualname, code.co_firstlineno
