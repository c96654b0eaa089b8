"""The run as a page, a table and a picture."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.soak.feed import ROUND_DAYS
from benchmarks.soak.measured import WITHIN, Sample, Trend
from benchmarks.soak.place import LIMITS

WIDTH, HEIGHT, MARGIN = 760, 120, 34


def write(folder: Path, samples: Sequence[Sample], found: Sequence[Trend], minutes: float) -> None:
    """Write `soak.md`, `soak.csv` and `soak.svg`."""
    names = list(samples[0].values)
    rows = [[f"{s.seconds:.0f}", str(s.events), *(f"{s.values[name]:.1f}" for name in names)] for s in samples]
    lines = [",".join(["seconds", "events", *names]), *map(",".join, rows)]
    (folder / "soak.csv").write_text("\n".join(lines) + "\n")
    (folder / "soak.svg").write_text(_picture(samples, names))
    (folder / "soak.md").write_text(_page(samples, found, minutes))


def _page(samples: Sequence[Sample], found: Sequence[Trend], minutes: float) -> str:
    last = samples[-1]
    limits = ", ".join(f"`CLOUDTAG_{name}` {value >> 20} MiB" for name, value in LIMITS.items())
    table = "\n".join(
        f"| {one.name} | {one.before:.1f} | {one.after:.1f} | {'yes' if one.is_flat else 'no'} |" for one in found
    )
    return f"""# Soak

Made by `make soak`: a worker with RocksDB, a sink and the embedded warehouse, each a process of its own, are given
simulated months one after the other, {ROUND_DAYS} days of event time apart, so that as much expires as comes in. It
fails where the mean of the last third lies more than {WITHIN:.0%} above that of the third before it (of descriptors
three more are no trend); the first third is warm-up. Limits: {limits}.

This run took {minutes:.0f} minutes and {last.events:,} events. Longer ones: `make soak MINUTES=600`.

Rows are counted in the store itself. What grows by its kind, and what bounds each, is
[decision 016](decisions/016-what-is-kept.md); `python -m benchmarks.soak.months` prints it month by month, of
the engine alone. "no" below is a measure that had not come to rest in this run.

| Measure | middle third | last third | flat |
|---|---|---|---|
{table}

![The measures over time](soak.svg)

All samples: [soak.csv](soak.csv).
"""


def _picture(samples: Sequence[Sample], names: Sequence[str]) -> str:
    parts = [_curve(samples, name, number * HEIGHT) for number, name in enumerate(names)]
    height = HEIGHT * len(names)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="white"/>', *parts, "</svg>\n"])


def _curve(samples: Sequence[Sample], name: str, top: int) -> str:
    values = [sample.values[name] for sample in samples]
    most, until = max(*values, 1e-9), max(samples[-1].seconds, 1e-9)
    room = HEIGHT - MARGIN
    points = " ".join(
        f"{10 + (WIDTH - 20) * sample.seconds / until:.1f},{top + HEIGHT - 8 - room * value / most:.1f}"
        for sample, value in zip(samples, values, strict=True)
    )
    label = f'<text x="10" y="{top + 16}" font-size="12">{name}: {values[-1]:.1f}, at most {most:.1f}</text>'
    return f'{label}<polyline points="{points}" fill="none" stroke="#0a5" stroke-width="1.5"/>'
