"""A toy worker that joins its group as the releases before the second owner protocol did: under Faust's own name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from faust.assignor.partition_assignor import PartitionAssignor

from streams.transport.assignor import ProtocolAssignor
from tests.streams.toy_worker import main

if __name__ == "__main__":
    ProtocolAssignor.name = PartitionAssignor.name  # type: ignore[method-assign]
    sys.exit(main())
