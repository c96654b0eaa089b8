"""The whole pipeline under load: what it sustains, how long an alert takes, what state and history cost."""
