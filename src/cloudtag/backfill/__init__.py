"""History that an installation must know before it goes live: put in order, counted, and sent once."""
