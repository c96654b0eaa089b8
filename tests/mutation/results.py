"""What a run found, kept so that a run that was ended goes on where it stopped, and told on a page."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".cloudtag" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"

Outcome = Literal["killed", "survived", "equivalent", "unreachable"]


class Result(Struct, frozen=True, omit_defaults=True):
    """What became of a mutant. `by`: the test that noticed, or why it counts as it does.

    `difference`: a history, in the replay form, of which mutant and original publish different things.
    """

    outcome: Outcome
    line: int
    by: str = ""
    difference: tuple[str, ...] = ()


class ModuleResults(Struct):
    """A module's results by key, and the digest of source and tests that they are of. `failure`: why there are none."""

    digest: str
    mutants: dict[str, Result] = {}
    failure: str = ""

    def count(self, outcome: Outcome) -> int:
        """So many mutants came to that."""
        return sum(result.outcome == outcome for result in self.mutants.values())

    @property
    def score(self) -> float:
        """The share that was killed, of those that can be told from the original."""
        alive = len(self.mutants) - self.count("equivalent")
        return self.count("killed") / alive if alive else 1.0


Results = dict[str, ModuleResults]


def read(path: Path = KEPT) -> Results:
    """What was kept; nothing, where nothing was."""
    return msgspec.json.decode(path.read_bytes(), type=Results) if path.exists() else {}


def write(results: Results, path: Path = KEPT) -> None:
    """Keep them: whole, or as they were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(msgspec.to_builtins(results), ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)


def equivalents(path: Path = EQUIVALENT) -> dict[str, str]:
    """Mutants nobody could tell from the original, and why. Raises ValueError for one told twice or without reason."""
    found: dict[str, str] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", ()):
        if entry["mutant"] in found or not entry["reason"].strip():
            raise ValueError(f"{path.name}: {entry['mutant']} is told twice or without reason")
        found[entry["mutant"]] = entry["reason"]
    return found


def page(results: Results, modules: Iterable[str]) -> str:
    """The page of a whole run over some modules; what was not judged is not left out."""
    lines = [
        "# What the tests notice",
        "",
        "Written by `make mutants`: each condition of a detector, or of what is decided, is changed in one place, and",
        "the tests that concern it run. *Killed*: a test failed. *Equivalent*: listed, with a reason, in",
        "`tests/mutation/equivalent.toml`, and random histories found no difference. *Survived*: nothing",
        "noticed; an example on the near side of that condition is missing. The share leaves out the equivalent ones.",
        "",
        "| module | mutants | killed | equivalent | survived | share killed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    judged = {name: results[name] for name in sorted(modules) if name in results and not results[name].failure}
    lines += [_row(f"`{name.removeprefix('cloudtag.')}`", [found]) for name, found in judged.items()]
    lines += [_row("**all**", list(judged.values()))]
    missing = [f"`{name.removeprefix('cloudtag.')}`" for name in sorted(modules) if name not in judged]
    lines += ["", f"Not judged: {', '.join(missing)}.", ""] if missing else [""]
    return "\n".join(lines)


def _row(name: str, found: list[ModuleResults]) -> str:
    total: Counter[Outcome] = Counter(result.outcome for each in found for result in each.mutants.values())
    count = sum(total.values())
    survived = total["survived"] + total["unreachable"]
    share = total["killed"] / max(count - total["equivalent"], 1)
    return f"| {name} | {count} | {total['killed']} | {total['equivalent']} | {survived} | {share:.1%} |"


def survivors(results: Results) -> Iterable[str]:
    """The survivors by module, as a list for people."""
    for name in sorted(results):
        found = results[name]
        alive = {key: r for key, r in found.mutants.items() if r.outcome in ("survived", "unreachable")}
        yield f"\n## {name.removeprefix('cloudtag.')}: {len(alive)} of {len(found.mutants)}, {found.score:.1%} killed\n"
        if found.failure:
            yield f"FAILED without any change: {found.failure}\n"
        for key, result in sorted(alive.items(), key=lambda each: (each[1].line, each[0])):
            told = f" ({result.by})" if result.by else ""
            yield f"- line {result.line}: `{key.partition(':')[2]}`{told}"
            yield from (f"      {event}" for event in result.difference)
