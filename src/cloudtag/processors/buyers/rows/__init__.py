"""The rows of a buyer's keyed state: one module for each kind, which knows no other but by its name."""
