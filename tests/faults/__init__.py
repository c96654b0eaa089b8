"""Several faults at once over the whole pipeline, drawn by a seed; in the end all of it is compared with replay."""
