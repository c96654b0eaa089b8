"""The rows of a shop's file: one module for each kind, which knows no other but by its name."""
