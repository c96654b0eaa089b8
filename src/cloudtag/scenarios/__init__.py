"""Stories: the sources' own examples as files of events, run by the engine, rendered line by line and checked. Pure."""
