"""A filter that says itself which values it has, for those that offer more than a page can show."""

from __future__ import annotations

from abc import abstractmethod

from django.contrib.admin import ListFilter


class JudgingFilter(ListFilter):
    """A filter of a list with one parameter, that judges its values."""

    @abstractmethod
    def accepts(self, value: str) -> bool:
        """Whether the list can be filtered by ``value``."""
