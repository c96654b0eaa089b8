"""The `buyers` processor: a buyer's keyed state, its rows, and what is published about them."""
