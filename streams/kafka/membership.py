"""Whether a client still takes part in its consumer group, or was refused by it."""

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import InconsistentGroupProtocolError


def has_left_group(consumer: AIOKafkaConsumer) -> bool:
    """Whether the task that keeps a started client in its group has ended."""
    task = getattr(consumer._coordinator, "_coordination_task", None)
    return task is not None and task.done()


def is_refused(consumer: AIOKafkaConsumer) -> bool:
    """Whether the broker has refused a started client: the group's members share their partitions in another way.

    The client keeps what it could not do until somebody asks it for records, which nobody does before it has joined.
    """
    return isinstance(getattr(consumer._coordinator, "_pending_exception", None), InconsistentGroupProtocolError)
