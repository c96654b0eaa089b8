"""What the surfaces share: who asks, what may be seen of a record, how much may be asked for."""
