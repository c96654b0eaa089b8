"""The desk: what a shop's staff, platform reviewers and auditors read about alerts, and what they do about them.

Pages are made on the server. Everything shown comes from the warehouse; everything done goes out as an input event.
"""
