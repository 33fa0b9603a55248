"""Requests to addresses that somebody typed, without reaching into our own network."""
