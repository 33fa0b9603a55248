"""Sources in their steps, and extension schemas."""
