"""The `links` processor: who showed the same attribute."""
