"""The connection to a target."""
