"""The contract: what comes in (events), what goes out (records), what processors publish for each other (internal
records)."""
