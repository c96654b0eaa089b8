"""What is wrong with the producers of an installation: a sample of its topics in, findings out. No clock, no I/O."""
