"""Settings that nobody reads are mistakes: variables and keys that look like cloudtag's and are none."""

import re
from collections.abc import Iterable, Mapping

from cloudtag.contract.spelling import did_you_mean, nearest

PREFIX = "CLOUDTAG_"
READ_ELSEWHERE = frozenset(
    (
        "CLOUDTAG_CONFIG",
        # Before any setting is read: whether the native part is left alone.
        "CLOUDTAG_PURE",
        # Of the embedded warehouse's own process.
        "CLOUDTAG_WAREHOUSE_TOKEN",
        # Where tests find public data.
        "CLOUDTAG_SHARED",
    )
)
"""Variables with the prefix that are no field of the configuration."""

_SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$")
"""What Kubernetes sets in every container of a service whose name begins with `cloudtag`."""


def unknown_variable(environ: Mapping[str, str], known: Iterable[str]) -> str | None:
    """What is wrong with the first variable that begins as cloudtag's do and is read by nothing; none if all are."""
    names = {*known, *READ_ELSEWHERE}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in names and not _is_service_link(name, environ[name]):
            # The prefix is left out of the comparison: it makes all of them look alike.
            bare = {each.removeprefix(PREFIX): each for each in sorted(names)}
            meant = nearest(name.removeprefix(PREFIX), bare)
            return f"{name} is no setting" + (f"; did you mean {bare[meant]}?" if meant else "")
    return None


def unknown_key(values: Mapping[str, object], known: Iterable[str]) -> str | None:
    """What is wrong with the first key of a file that is read by nothing; none if all are."""
    names = sorted(known)
    for name in sorted(values):
        if name not in names:
            return f"{name} is no setting{did_you_mean(name, names)}"
    return None


def _is_service_link(name: str, value: str) -> bool:
    is_address = name.endswith("_PORT") and value.startswith(("tcp://", "udp://", "sctp://"))
    return is_address or _SERVICE_LINK.search(name) is not None
