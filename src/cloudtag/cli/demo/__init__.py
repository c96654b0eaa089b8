"""`cloudtag demo`: a week of a marketplace in a minute, from the broker to the warehouse and back."""
