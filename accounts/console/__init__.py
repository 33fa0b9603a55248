"""What the pages of the console have in common, in every application."""
