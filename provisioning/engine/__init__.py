"""Following changes, planning, performing."""
