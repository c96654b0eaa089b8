"""The rows of a waybill number's file."""
