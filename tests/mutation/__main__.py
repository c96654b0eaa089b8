"""Changes each condition of detectors and decisions in one place, and tells which change no test noticed.

    python -m tests.mutation --only reused_waybill --probe

Goes on where an earlier run stopped; a module whose source or tests changed is judged anew. Exits with 1 where a test
fails without any change, where what is called equivalent is not, and where too little was noticed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hypothesis import Phase, settings

from tests.mutation import results as kept
from tests.mutation.concerns import BY_CALL, OF_DETECTORS, is_detector
from tests.mutation.mutants import mutated
from tests.mutation.run import Run, collected, modules_of

LEAST_SHARE = 0.95


def main(words: list[str] | None = None) -> int:
    """Run; the exit code."""
    asked = _parser().parse_args(words)
    try:
        modules = list(modules_of(asked.only))
        known = kept.equivalents()
    except (LookupError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if asked.list:
        for module in modules:
            sys.stdout.writelines(f"{mutant.key}\n" for mutant in mutated(module).mutants)
        return 0
    results = {} if asked.fresh else kept.read()
    run = Run(modules, results, frozenset(known), asked.processes, asked.probe, keep=lambda: kept.write(results))
    settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    settings.load_profile("mutation")
    paths = [*OF_DETECTORS, *([] if all(map(is_detector, modules)) else BY_CALL)]
    code = collected(run, list(dict.fromkeys(paths)))
    found = {module: results[module] for module in modules if module in results}
    sys.stdout.write("\n".join(kept.survivors(found)) + "\n")
    if asked.page:
        Path(kept.PAGE).write_text(kept.page(results, modules_of(())), encoding="utf-8")
    return code or _faults(found, known, whole=not asked.only)


def _faults(found: kept.Results, known: dict[str, str], whole: bool) -> int:
    """1 where something is at fault, told on the error stream; else 0."""
    told = [f"{name}: fails without any change: {each.failure}" for name, each in found.items() if each.failure]
    outcomes = {key: result.outcome for each in found.values() for key, result in each.mutants.items()}
    told += [f"called equivalent, but {outcomes[key]}: {key}" for key in known if outcomes.get(key, "") not in _FINE]
    if whole:
        told += [f"called equivalent, but there is none such: {key}" for key in known if key not in outcomes]
    counted = [outcome for outcome in outcomes.values() if outcome != "equivalent"]
    share = counted.count("killed") / len(counted) if counted else 1.0
    sys.stderr.write(f"{share:.1%} of {len(counted)} mutants killed\n")
    if share < LEAST_SHARE:
        told.append(f"less than {LEAST_SHARE:.0%}")
    sys.stderr.writelines(f"{line}\n" for line in told)
    return int(bool(told))


_FINE = ("", "equivalent")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", default=[], help="a module: a detector's name, or decisions.tags")
    parser.add_argument("--list", action="store_true", help="the keys of all mutants; nothing runs")
    parser.add_argument("--probe", action="store_true", help="look for a history that tells each survivor")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument(
        "--page", action="store_true", help=f"write {kept.PAGE.relative_to(kept.ROOT)}, of all that is kept"
    )
    parser.add_argument("--processes", type=int, default=2)
    return parser


if __name__ == "__main__":
    sys.exit(main())
