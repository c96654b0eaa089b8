"""How well the detectors do on a simulated stream whose truth is known. Pure: no clock, no I/O."""

from cloudtag.evaluate.figures import Evaluation, Figures, figures_of
from cloudtag.evaluate.run import QUIET_DAYS, evaluate

__all__ = ["QUIET_DAYS", "Evaluation", "Figures", "evaluate", "figures_of"]
