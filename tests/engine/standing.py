"""What a run finally says: the kit for authors of detectors has it; and the records of one type among others."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

from cloudtag.contract.records import Alert, Consequence, Label, ReportStatus, TagConfirmation, TagStatus
from cloudtag.engine.task_result import Output
from cloudtag.testing.standing import Final, latest, standing

__all__ = ["Final", "Published", "R", "latest", "of_type", "records_of", "standing"]

Published = Alert | TagStatus | TagConfirmation | Consequence | Label | ReportStatus
"""What a run may publish about its events."""
R = TypeVar("R", bound=Struct)


def of_type(records: Iterable[Struct], kind: type[R]) -> list[R]:
    """The records of one type, in their order."""
    return [record for record in records if isinstance(record, kind)]


def records_of(outputs: Iterable[Output], kind: type[R]) -> list[R]:
    """The records of one type among outputs, in their order."""
    return of_type((output.record for output in outputs), kind)
