"""From what a target should hold and what is known of it to operations, pure."""
