"""Access reviews in the console: starting them, how far they are, and what came of them."""
