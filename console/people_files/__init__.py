"""Import of people: upload a file, name its columns, look at what would happen, have it done."""
