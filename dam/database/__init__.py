"""PostgreSQL: the engine, the unit of work, the tables and their migrations."""
