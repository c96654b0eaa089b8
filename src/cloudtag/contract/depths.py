"""How many processors' judgements lie between the input events and an internal record: its depth.

A record follows only from records of smaller depths, so no chain of internal records ever comes back to itself, and
what processors publish for each other comes to rest.
"""

from collections.abc import Mapping

from cloudtag.contract.streams import INPUTS, INTERNAL, InternalStream


class DepthError(ValueError):
    """Streams follow from each other in a circle, or from something that is no stream of facts."""


def depths(internal: Mapping[str, InternalStream] = INTERNAL) -> dict[str, int]:
    """The depth of every internal stream: one more than the deepest stream it follows from; input events have none.

    Raises ``DepthError``.
    """
    found: dict[str, int] = {}
    while len(found) < len(internal):
        known = {
            name: 1 + max((found[source] for source in stream.derived_from if source not in INPUTS), default=0)
            for name, stream in internal.items()
            if name not in found and all(source in INPUTS or source in found for source in stream.derived_from)
        }
        if not known:
            circle = ", ".join(sorted(internal.keys() - found.keys()))
            raise DepthError(f"no depth for {circle}: they follow from each other, or from no stream of facts")
        found |= known
    return found
