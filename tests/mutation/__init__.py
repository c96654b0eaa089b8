"""Would the tests notice? Conditions of detectors and decisions are changed one at a time, and their tests run.

`make mutants`, or `python -m tests.mutation --help`. How survivors are read is told in CONTRIBUTING.md.
"""
