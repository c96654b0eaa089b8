"""The engine: fold facts into keyed state, judge, publish the difference, fire timers when time alone decides."""
