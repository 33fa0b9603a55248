"""All resources of a target, page by page, and whether that was all (RFC 7644, 3.4.2; RFC 9865)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from provisioning.protocol.answers import NotAListError, id_of, read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from provisioning.client.target import Answer
    from provisioning.protocol.answers import ListPage

_MOST_PAGES: Final = 200_000
"""A target that never ends to send new ids is left after so many pages."""


class Listing:
    """The pages of a list, to be read once.

    It ends with an empty page, with the last cursor, or when as many resources as ``total`` were
    seen.  It is proved complete only when each id came once, each page said the same total, and
    as many came as that.

    Args:
        ask: Sends a request with these parameters of paging.

    Attributes:
        is_complete: Whether everything was read; only true after the last page.
        why_incomplete: What is missing, in words; empty when it is complete.
        total: How many there are as the target says, or ``None``.
    """

    def __init__(
        self, ask: Callable[[Mapping[str, str]], Answer], *, page_size: int, by_cursor: bool
    ) -> None:
        self._ask = ask
        self._page_size = page_size
        self._by_cursor = by_cursor
        self._seen: set[str] = set()
        self.is_complete = False
        self.why_incomplete = _("It was not read to its end.")
        self.total: int | None = None

    def __iter__(self) -> Iterator[ListPage]:
        """Yield the pages that hold something.

        Raises:
            TargetPausedError: As asking does.
        """
        paging = self._first()
        for _page in range(_MOST_PAGES):
            page = self._page(paging)
            if page is None:
                return
            if page.resources:
                yield page
            following = self._after(page)
            if following is None:
                return
            paging = following
        self.why_incomplete = _("It has no end.")

    def _first(self) -> dict[str, str]:
        count = {"count": str(self._page_size)}
        return {"cursor": "", **count} if self._by_cursor else {"startIndex": "1", **count}

    def _page(self, paging: Mapping[str, str]) -> ListPage | None:
        """Return the next page; ``None`` when it cannot be trusted or read."""
        answer = self._ask(paging)
        if not answer.outcome.is_success:
            self.why_incomplete = answer.outcome.detail or _("The target answered %(status)s.") % {
                "status": answer.status
            }
            return None
        try:
            page = read_list(answer.json)
        except NotAListError as error:
            self.why_incomplete = str(error)
            return None
        return page if self._is_trusted(page) else None

    def _is_trusted(self, page: ListPage) -> bool:
        ids = [id_of(each) for each in page.resources]
        if self.total is not None and page.total is not None and page.total != self.total:
            self.why_incomplete = _("The target said that there are %(first)s, then %(then)s.") % {
                "first": self.total,
                "then": page.total,
            }
            return False
        self.total = page.total if page.total is not None else self.total
        if "" in ids or len(set(ids)) != len(ids) or not self._seen.isdisjoint(ids):
            self.why_incomplete = _("A page repeats what another one had, or has no ids.")
            return False
        self._seen.update(ids)
        return True

    def _after(self, page: ListPage) -> dict[str, str] | None:
        """Return where the next page begins; ``None``: that was the last one."""
        if self._by_cursor and page.next_cursor:
            return {"cursor": page.next_cursor, "count": str(self._page_size)}
        count = len(self._seen)
        is_all = self.total is not None and count >= self.total
        if self._by_cursor or not page.resources or is_all:
            self._end(count)
            return None
        return {"startIndex": str(count + 1), "count": str(self._page_size)}

    def _end(self, count: int) -> None:
        if self.total is not None and count != self.total:
            self.why_incomplete = _(
                "The target says that there are %(total)s, and showed %(count)s."
            ) % {"total": self.total, "count": count}
            return
        if self.total is None and not self._by_cursor and count:
            self.total = count
        self.is_complete, self.why_incomplete = True, ""
