"""Who shares a consumer group: workers that speak the same protocol of taking partitions over, and no others."""

from faust.assignor.partition_assignor import PartitionAssignor

from cloudtag.changelog.records import OWNER_PROTOCOL


class ProtocolAssignor(PartitionAssignor):
    """Faust's own assignor, under a name that says by which protocol a worker takes changelogs over.

    A broker lets nobody into a group who knows none of the ways of sharing partitions that its members know. So a
    worker of another protocol is refused, at whatever end of an upgrade it stands, and never reads the owner records
    of this one as if they were its own.
    """

    @property
    def name(self) -> str:
        """Of the way of sharing."""
        return f"cloudtag-{OWNER_PROTOCOL}"
