"""What is wrong with the producers of an installation: a sample of its topics in, findings out. No clock, no I/O."""

from cloudtag.doctor.diagnose import diagnose
from cloudtag.doctor.diagnosis import Diagnosis, worst
from cloudtag.doctor.look import Look

__all__ = ["Diagnosis", "Look", "diagnose", "worst"]
