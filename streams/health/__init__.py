"""Whether a process is alive and ready, and what ends it when it is not."""
