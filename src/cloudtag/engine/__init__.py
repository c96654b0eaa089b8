"""The engine: fold facts into files, judge, publish the difference, wake when time alone decides."""
