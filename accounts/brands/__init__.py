"""A tenant's brand: its logo and its colour, and where they are shown."""
