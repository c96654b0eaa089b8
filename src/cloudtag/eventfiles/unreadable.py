"""A file that cannot be read."""


class UnreadableFileError(ValueError):
    """The file cannot be read as what it should be; the text says why, in one line."""
