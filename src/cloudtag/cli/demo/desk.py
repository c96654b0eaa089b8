"""The desk beside a demonstration: its cases in a browser, from the first alert on."""

import asyncio
import re

from rich.console import Console

from cloudtag.cli.demo.paper import heading, said
from cloudtag.cli.demo.place import DemoPlace, usual_port
from cloudtag.cli.failure import FailureError, one_line
from cloudtag.local.child import Child, StartError

DESK_PORT = 8765
"""Where the desk is unless another has the port."""
START_SECONDS = 60.0
_ADDRESS = re.compile(r"^(http://\S+)\s*$", re.MULTILINE)


async def open_desk(console: Console, place: DemoPlace) -> tuple[Child, str]:
    """Start the desk and print where it is, with a token for one sign-in; the process and the address without it.

    Raises `FailureError` where it does not start.
    """
    # The port that all processes of the place are told is the worker's: it comes later.
    port = str(usual_port(DESK_PORT, "the desk"))
    child = place.start("desk", "--port", port, log="desk.log", CLOUDTAG_METRICS_PORT="0")
    try:
        await asyncio.to_thread(child.wait_until, lambda: bool(_ADDRESS.search(child.log_tail())), START_SECONDS)
    except StartError as error:
        raise FailureError(f"the desk: {one_line(str(error))}") from error
    [address] = _ADDRESS.findall(child.log_tail())
    heading(console, "The desk: what is found, in a browser")
    # Nothing stands before it: with its token it is just as long as a line.
    console.print(address, markup=False, soft_wrap=True)
    said(console, "The token is good for one sign-in. The first cases come in a moment; English and Chinese.", 0)
    return child, address.partition("?")[0]
