"""What honest buyers meet: refused parcels, lost boxes, slips of the pen, silent couriers, shops' mistakes.

Each kind of mess is a field of `MessRates`; what happens is a function of the kind's name in one of the files beside it
(an order of its own), in `people` (who the buyer is) or in `smudges` (what becomes of events on their way).
"""

from cloudtag.simulate.mess.crowd import BLOCK, Crowd, CrowdProfile
from cloudtag.simulate.mess.marks import Mark
from cloudtag.simulate.mess.rates import CLEAN, MESSY, MessRates

__all__ = ["BLOCK", "CLEAN", "MESSY", "Crowd", "CrowdProfile", "Mark", "MessRates"]
