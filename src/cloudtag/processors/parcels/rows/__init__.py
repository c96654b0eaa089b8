"""The rows of a waybill number's keyed state."""
