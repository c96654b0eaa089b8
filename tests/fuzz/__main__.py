"""``python -m tests.fuzz --seconds 600``: fuzz every target for its share of the time, and keep what is found."""

import argparse
import sys
import time
from hashlib import sha256

from tests.fuzz.run import fuzz
from tests.fuzz.targets import CORPUS, TARGETS


def main() -> int:
    """Fuzz; returns 1 when something was found."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60.0, help="of all targets together")
    parser.add_argument("--only", help="one target")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="repeat a run: it is printed")
    options = parser.parse_args()
    targets = [target for target in TARGETS if options.only in (None, target.name)]
    sys.stdout.write(f"seed {options.seed}\n")
    found = 0
    for target in targets:
        finding = fuzz(target, options.seed, seconds=options.seconds / len(targets))
        sys.stdout.write(f"{target.name}: {finding.what if finding else 'nothing found'}\n")
        sys.stdout.flush()
        if finding:
            found += 1
            place = CORPUS / target.name / sha256(finding.data).hexdigest()[:12]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(finding.data)
            sys.stdout.write(f"  kept as {place}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
