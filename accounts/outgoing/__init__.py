"""Requests to addresses that somebody typed: none reaches where the operator does not allow it."""
