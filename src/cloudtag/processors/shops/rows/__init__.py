"""The rows of a shop's keyed state: one module for each kind, which knows no other but by its name."""
