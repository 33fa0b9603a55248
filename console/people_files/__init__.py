"""Import of people: a file is uploaded, its columns are named, what would happen is shown and done."""
