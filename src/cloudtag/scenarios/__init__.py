"""Stories: the sources' own examples as files of events, run by the engine, told line by line and checked. Pure."""
