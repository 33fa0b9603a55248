"""What a target should hold."""
