"""Why an alert is there: its events in words, its conditions, what changed from revision to revision. Pure."""
