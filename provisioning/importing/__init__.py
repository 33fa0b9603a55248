"""What a target holds already, taken in: read as a whole, sorted, looked at, then decided."""
