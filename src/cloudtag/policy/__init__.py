"""Policies: every number, label and list that differs between platforms or changes over time, as dated packs."""
