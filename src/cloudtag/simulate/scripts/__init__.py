"""Scripted attackers and honest look-alikes: one file per detector, each script with the labels it earns."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from cloudtag.simulate.scripts import (
    no_circulation,
    outbound_waybill_as_return,
    received_refund_only,
    refund_before_delivery,
    reused_waybill,
    short_return,
    tagging,
)
from cloudtag.simulate.scripts.script_context import ScriptContext

Script = Callable[[ScriptContext], None]
"""Plays one attack, or one look-alike, in the context it is given."""

BASIC: tuple[Script, ...] = (
    *reused_waybill.SCRIPTS,
    *refund_before_delivery.SCRIPTS,
    *short_return.SCRIPTS,
    *no_circulation.SCRIPTS,
    *received_refund_only.SCRIPTS,
    *outbound_waybill_as_return.SCRIPTS,
    *tagging.SCRIPTS,
)
"""Six detectors of parcels and refunds, and the tags: enough for a demonstration."""


MODULES = tuple(import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
"""The files of scripts, in order of name."""


def _rest() -> tuple[Script, ...]:
    scripts = [script for module in MODULES for script in getattr(module, "SCRIPTS", ())]
    return tuple(script for script in scripts if script not in BASIC)


SCRIPTS: tuple[Script, ...] = (*BASIC, *_rest())
"""Every script there is."""
