"""How fast state is read back, and how fast alerts are stored: what a restart and an analyst wait for."""
