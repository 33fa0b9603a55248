"""Directory groups and access profiles, and who is in them."""
