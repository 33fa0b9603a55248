"""A demo identity provider and sample data for the first run.

Nothing in the product may import this package: it signs in anybody as anybody, on purpose.
"""
