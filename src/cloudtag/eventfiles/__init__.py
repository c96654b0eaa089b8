"""Files of events in whatever form they come: JSON lines, a JSON array, CSV or Parquet, compressed or not.

What a file is, is seen by what is in it. What cannot be read is named, in one line.
"""

from cloudtag.eventfiles.badlines import BadLines
from cloudtag.eventfiles.lines import EventLines, check_readable
from cloudtag.eventfiles.opened import STANDARD

__all__ = ["STANDARD", "BadLines", "EventLines", "check_readable"]
