"""Scripted attackers and honest look-alikes: one file per detector, each script with the labels it earns."""

from collections.abc import Callable

from cloudtag.simulate.scripts import (
    no_circulation,
    outbound_waybill_as_return,
    received_refund_only,
    refund_before_delivery,
    reused_waybill,
    short_return,
    tagging,
)
from cloudtag.simulate.scripts.stage import Stage

SCRIPTS: tuple[Callable[[Stage], None], ...] = (
    *reused_waybill.SCRIPTS,
    *refund_before_delivery.SCRIPTS,
    *short_return.SCRIPTS,
    *no_circulation.SCRIPTS,
    *received_refund_only.SCRIPTS,
    *outbound_waybill_as_return.SCRIPTS,
    *tagging.SCRIPTS,
)
"""Every script there is; a simulation plays each of them `Profile.repeats` times."""
