"""The only place that knows Faust: transport, tables, agents, topics, sink."""
