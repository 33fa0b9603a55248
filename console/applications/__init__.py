"""Applications that people are pushed to: set up in steps, planned, watched, mended."""
