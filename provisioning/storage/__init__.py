"""SQL written by hand on these tables."""
