"""Applications, links and operations."""
