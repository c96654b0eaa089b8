"""What detectors are made of: views of the facts, cases to judge, findings to report, the rule they stand for."""
