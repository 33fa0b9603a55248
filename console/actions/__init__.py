"""*Jobs*: what was done to many at once, how it went, what can be undone."""
