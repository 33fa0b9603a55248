"""From an object of ours to a resource of the target: mapping rows, pure."""
