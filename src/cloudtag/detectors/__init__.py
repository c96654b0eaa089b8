"""One file per detector; a file here is a detector under its own name."""
