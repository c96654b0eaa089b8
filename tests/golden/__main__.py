"""`make golden`: compare with the digests that were kept; `--write` keeps new ones where outputs are to change."""

import json
import sys
from pathlib import Path

from tests.golden.outputs import digests

KEPT = Path(__file__).with_name("digests.json")


def main() -> int:
    """0 when every digest is the one that was kept."""
    found = dict(digests())
    if "--write" in sys.argv[1:]:
        KEPT.write_text(json.dumps(found, indent=1) + "\n")
        print(f"{len(found)} digests kept")  # noqa: T201
        return 0
    kept = json.loads(KEPT.read_text())
    wrong = sorted(name for name in found.keys() | kept.keys() if found.get(name) != kept.get(name))
    for name in wrong:
        print(f"{name}: {kept.get(name)} was kept, {found.get(name)} was found")  # noqa: T201
    print(f"{len(found) - len(wrong)} of {len(kept)} outcomes are byte-equal")  # noqa: T201
    return int(bool(wrong))


sys.exit(main())
