"""The rows of an attribute's keyed state."""
