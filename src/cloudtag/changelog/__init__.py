"""Format 2 of the changelogs, and the protocol by which one owner at a time writes them: pure, without a broker."""
