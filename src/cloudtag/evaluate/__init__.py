"""How well the detectors do on simulated streams whose truth is known. No clock; no I/O but processes (`shards`)."""

from cloudtag.evaluate.bounds import upper_share
from cloudtag.evaluate.crowd import QUIET_DAYS, judge_crowd
from cloudtag.evaluate.figures import AttackerFigures, Evaluation, Figures, SilenceFigures, figures_of
from cloudtag.evaluate.honest import AccusationRate, HonestFigures, honest_figures
from cloudtag.evaluate.parts import PartOfCrowd, code_id, read_lines, together, write_line
from cloudtag.evaluate.run import evaluate
from cloudtag.evaluate.shards import cut, judge_parts, judge_shards
from cloudtag.evaluate.tally import CrowdTally, ExampleHistory, FalseAlert

__all__ = [
    "QUIET_DAYS",
    "AccusationRate",
    "AttackerFigures",
    "CrowdTally",
    "Evaluation",
    "ExampleHistory",
    "FalseAlert",
    "Figures",
    "HonestFigures",
    "PartOfCrowd",
    "SilenceFigures",
    "code_id",
    "cut",
    "evaluate",
    "figures_of",
    "honest_figures",
    "judge_crowd",
    "judge_parts",
    "judge_shards",
    "read_lines",
    "together",
    "upper_share",
    "write_line",
]
