"""Examples of detectors that have many: each module is one detector's."""
