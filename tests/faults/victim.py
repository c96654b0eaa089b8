"""A worker or a sink that can be struck: `python -m tests.faults.victim worker …`, as `cloudtag worker …`."""

import os
import sys
from pathlib import Path

from cloudtag.cli import main
from tests.faults import taken_out
from tests.faults.orders import Orders
from tests.faults.points import ORDERS, WITHOUT, Struck

if __name__ == "__main__":
    role = sys.argv[1]
    if name := os.environ.get(WITHOUT):
        taken_out.FIXES[name].take_out()
    struck = Struck(Orders(Path(os.environ[ORDERS])), Path(os.environ["CLOUDTAG_DATA_DIR"]))
    struck.in_sink() if role == "sink" else struck.in_worker()
    sys.exit(main(sys.argv[1:]))
