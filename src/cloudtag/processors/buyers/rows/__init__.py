"""The rows of a buyer's file: one module for each kind, which knows no other but by its name."""
