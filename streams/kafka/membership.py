"""Whether a client still takes part in its consumer group."""

from aiokafka import AIOKafkaConsumer


def has_left_group(consumer: AIOKafkaConsumer) -> bool:
    """Whether the task that keeps a started client in its group has ended."""
    task = getattr(consumer._coordinator, "_coordination_task", None)
    return task is not None and task.done()
