"""The processors wired in one process, and the one driver of event time for all that judges files."""
