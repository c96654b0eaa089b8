"""What one more event costs when much is known of its key already: a buyer, a parcel, an attribute, a shop."""
