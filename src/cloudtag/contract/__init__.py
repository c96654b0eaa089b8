"""The contract: what comes in (events), what goes out (records), what processors tell each other (internal records)."""
