"""Small tables of our own in SQLite or PostgreSQL: the same statements, in the words both know."""
