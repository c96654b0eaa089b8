"""What the engine says of fixed inputs, as digests: a change of shape must not change a byte of it."""
