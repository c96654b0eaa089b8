"""The pages of sources: every rule that is stated, where it is implemented, and which test shows it."""
