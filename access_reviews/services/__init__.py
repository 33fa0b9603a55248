"""Starting, deciding, ending, carrying out and undoing access reviews."""
