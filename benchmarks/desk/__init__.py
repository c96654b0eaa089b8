"""How long the desk's pages take over a large warehouse."""
