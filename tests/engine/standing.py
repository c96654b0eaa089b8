"""What a run finally says: the kit for authors of detectors has it."""

from cloudtag.testing.standing import latest, standing

__all__ = ["latest", "standing"]
