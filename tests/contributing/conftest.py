"""The examples' own files are tests of the scratch copy, not of this checkout."""

collect_ignore_glob = ["*/files/*"]
