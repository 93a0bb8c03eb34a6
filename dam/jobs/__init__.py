"""Background work: PostgreSQL remembers it, the broker only hints at it."""
