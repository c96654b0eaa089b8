"""The rows of an attribute's file."""
