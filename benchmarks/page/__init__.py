"""What was measured, as a page with pictures: all of it made of the raw figures."""
