"""cloudtag: real-time protection of marketplace merchants against refund and order abuse."""

__version__ = "0.1.0"
