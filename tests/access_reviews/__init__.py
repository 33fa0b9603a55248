"""Tests of :mod:`access_reviews`."""
