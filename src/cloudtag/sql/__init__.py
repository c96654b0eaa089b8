"""ClickHouse's SQL as far as one must read it to ask safely: its tokens, its placeholders, and what only reads."""
