"""Files of people: which column is which field, and what a file would do to whom."""
