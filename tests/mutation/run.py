"""A whole run inside of one pytest: it collects once, and each mutant is a fork of it that runs what concerns it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from msgspec.structs import replace

import cloudtag.detection
from cloudtag.policy.load import shipped
from tests.mutation import concerns, laws
from tests.mutation.children import TIMED_OUT, Done, Work, done
from tests.mutation.mutants import Mutant, Mutated, mutated
from tests.mutation.results import ModuleResults, Result, Results

LEAST_S, FACTOR = 4.0, 10
"""A mutant's tests may compute so long at least, and this many times as long as the original's."""
UNCHANGED_S = 300.0
KEEP_EVERY = 50

Items = Sequence[pytest.Item]
Chosen = Callable[[Mutant], Items]


class Run:
    """The plugin: judges the mutants of modules, one module after the other.

    `results`: what earlier runs found, added to. `keep` is called now and then with nothing to say.
    `known`: keys called equivalent; each is held to the law, and with `probe` every other survivor as well.
    """

    def __init__(
        self,
        modules: Sequence[str],
        results: Results,
        known: frozenset[str],
        processes: int = 2,
        probe: bool = False,
        by_call: tuple[str, ...] = concerns.BY_CALL,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        self.modules, self.results, self.known = modules, results, known
        self.processes, self.probe, self.by_call, self.keep = processes, probe, by_call, keep
        self.called: dict[str, tuple[set[tuple[str, str]], int]] = {}
        self.failing: set[str] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the tests, the mutants."""
        shipped()
        for module in self.modules:
            self._judge(mutated(module), session.items)
            self.keep()
        return True

    def _judge(self, found: Mutated, items: Items) -> None:
        module = found.module.__name__
        if not found.mutants:
            return
        own, chosen = self._concerned(found, items)
        digest = _digest(found, own)
        held = self.results.get(module)
        if held is None or held.digest != digest or held.failure:
            held = self.results[module] = ModuleResults(digest, {})
        _settle(found)
        failure, limit_s = self._unchanged(module, own)
        if failure:
            held.failure = failure
            return
        rest = [m for m in found.mutants if m.key not in held.mutants]
        works = (Work(m.key, partial(_verdict, found, m, chosen(m)), limit_s) for m in rest)
        lines = {m.key: m.line for m in found.mutants}
        for count, each in enumerate(done(works, self.processes), start=1):
            held.mutants[each.name] = _result(each, lines[each.name])
            if count % KEEP_EVERY == 0:
                self.keep()
        held.mutants = {m.key: held.mutants[m.key] for m in found.mutants}
        self._hold_to_the_law(found, held)
        _tell(found, held)

    def _concerned(self, found: Mutated, items: Items) -> tuple[Items, Chosen]:
        """The tests of a module, and those of one of its mutants."""
        module = found.module.__name__
        if concerns.is_detector(module):
            own = concerns.of_detector(module, items)
            return own, lambda mutant: own
        asked = concerns.of_others(self.by_call, items)
        if not self.called:
            self._see_calls(asked)
        file = str(found.module.__file__)
        own = [item for item in asked if any(name == file for name, _ in self.called[item.nodeid][0])]
        own.sort(key=lambda item: self.called[item.nodeid][1])

        def of_function(mutant: Mutant) -> Items:
            return [item for item in own if (file, mutant.function) in self.called[item.nodeid][0]]

        return own, of_function

    def _see_calls(self, items: Items) -> None:
        files = [str(import_module(name).__file__) for name in self.modules]
        works = (Work(item.nodeid, partial(_called, item, files), UNCHANGED_S) for item in items)
        for each in done(works, self.processes):
            if each.failure or each.answer is None:
                self.failing.add(each.name)
            pairs, count = each.answer or ((), 0)
            self.called[each.name] = {(file, function) for file, function in pairs}, count

    def _unchanged(self, module: str, own: Items) -> tuple[str, float]:
        """Why the tests of a module say nothing of its mutants, if they do not; and how long mutants may take."""
        if not own:
            return "no test concerns it", LEAST_S
        if concerns.is_detector(module):
            (each,) = done(iter((Work(module, partial(_first_failing, own), UNCHANGED_S),)), 1)
            return each.failure or each.answer or "", max(LEAST_S, FACTOR * each.cpu_s)
        failing = [item.nodeid for item in own if item.nodeid in self.failing]
        return " ".join(failing[:1]), 60.0

    def _hold_to_the_law(self, found: Mutated, held: ModuleResults) -> None:
        """What is called equivalent says the same of all histories; for others one that tells is looked for."""
        for key, result in held.mutants.items():
            if result.outcome == "equivalent" and key not in self.known:
                held.mutants[key] = Result("survived", result.line)
        asked = [
            mutant
            for mutant in found.mutants
            if held.mutants[mutant.key].outcome == "survived"
            and (mutant.key in self.known or (self.probe and not held.mutants[mutant.key].by))
        ]
        if not asked:
            return
        module = found.module.__name__
        drawn = laws.drawn(module)
        (said,) = done(iter((Work(module, lambda: [laws.said_of(h) for h in drawn], UNCHANGED_S),)), 1)
        assert said.answer is not None, said.failure
        works = (Work(m.key, partial(_difference, found, m, said.answer, drawn), UNCHANGED_S) for m in asked)
        for each in done(works, self.processes):
            result = held.mutants[each.name]
            differs = bool(each.answer or each.failure)
            if differs:
                why = "called equivalent, yet a history tells it" if each.name in self.known else "a history tells it"
                result = replace(result, by=each.failure or why, difference=tuple(each.answer or ()))
            elif each.name in self.known:
                result = Result("equivalent", result.line)
            else:
                result = replace(result, by=f"none of {len(drawn)} histories tells it")
            held.mutants[each.name] = result


def _settle(found: Mutated) -> None:
    """Look up once what each child would, and keep all there is from the collector, which would copy shared memory."""
    gc.unfreeze()
    assert found.codes
    assert found.living
    gc.collect()
    gc.freeze()


def _verdict(found: Mutated, mutant: Mutant, items: Items) -> str | None:
    found.install(mutant)
    return _first_failing(items)


def _first_failing(items: Items) -> str | None:
    return next((item.nodeid for item in items if not _passes(item)), None)


def _passes(item: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False))


def _called(item: pytest.Item, files: Sequence[str]) -> tuple[list[tuple[str, str]], int] | None:
    passed: list[bool] = []
    found, count = concerns.calls(lambda: passed.append(_passes(item)), files)
    return (sorted(found), count) if all(passed) else None


def _difference(found: Mutated, mutant: Mutant, said: Sequence[str], drawn: Sequence[laws.History]) -> list[str]:
    """The events of a history that tells a mutant from the original, in the replay form."""
    swaps = found.install(mutant)
    place = laws.first_difference(said, drawn)
    if place is None:
        return []

    def differs(history: laws.History) -> bool:
        for swap in swaps:
            swap.restore()
        was = laws.said_of(history)
        for swap in swaps:
            swap.mutate()
        return laws.said_of(history) != was

    return laws.written(laws.reduced(drawn[place], differs))


def _result(each: Done, line: int) -> Result:
    if each.failure.startswith("LookupError"):
        return Result("unreachable", line, "no function runs it")
    if each.failure:
        return Result("killed", line, TIMED_OUT if each.failure == TIMED_OUT else each.failure[:200])
    return Result("killed", line, each.answer) if each.answer else Result("survived", line)


def _digest(found: Mutated, items: Items) -> str:
    """Of the module, the tests that concern it, and what detectors stand on."""
    told = sha256(found.source.encode())
    beneath = Path(str(cloudtag.detection.__file__)).parent.rglob("*.py")
    for path in sorted({*(Path(item.path) for item in items), *beneath}):
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _tell(found: Mutated, held: ModuleResults) -> None:
    sys.stderr.write(
        f"{found.name:48} {len(held.mutants):4} mutants {held.count('survived'):3} survived {held.score:6.1%} killed\n"
    )


def modules_of(names: Sequence[str]) -> Iterator[str]:
    """The modules asked for, or all detectors and decisions. Raises LookupError for one there is none of."""
    home = Path(str(cloudtag.__file__)).parent
    known = [
        ".".join(("cloudtag", *path.relative_to(home).with_suffix("").parts))
        for folder in ("detectors", "decisions")
        for path in sorted((home / folder).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    for name in names or ("",):
        found = [m for m in known if not name or m.endswith(f".{name}") or f"{m}.".startswith(f"cloudtag.{name}.")]
        if not found:
            raise LookupError(f"no module of detectors or decisions is called {name!r}")
        yield from found


def collected(plugin: Any, paths: Sequence[str]) -> int:
    """Collect tests once and give them to the plugin; pytest's exit code."""
    words = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", "--capture=no"]
    return int(pytest.main([*words, "--timeout=0", *paths], plugins=[plugin]))
