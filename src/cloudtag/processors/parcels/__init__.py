"""The `parcels` processor: what couriers say of a waybill number, joined with who uses it."""
