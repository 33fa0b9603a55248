"""All resources of a kind, read page by page, and whether these were all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from provisioning.planning.retrying import said
from provisioning.protocol.answers import NotAListError, read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioning.client.target import Answer
    from provisioning.protocol.answers import ListPage
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Kind

_MOST_PAGES: Final = 100_000


class Listing:
    """An iterator over pages.  When it has ended, ``is_complete`` tells whether it is proved whole.

    It is not when a page failed, an id came twice, the total changed, or fewer or more came than
    the target says that there are.
    """

    def __init__(self, ask: Callable[..., Answer], kind: Kind, dialect: Dialect) -> None:
        self._ask = ask
        self._path = f"/{kind.value}s"
        self._size = dialect.page_size
        self._uses_cursors = dialect.cursors
        self._seen: set[str] = set()
        self.is_complete = False
        self.why_incomplete = _("It was not read to its end.")
        self.total: int | None = None

    def __iter__(self) -> Iterator[ListPage]:
        cursor, start = "", 1
        for number in range(_MOST_PAGES):
            page = self._page(self._place(cursor, start, is_first=number == 0))
            if page is None:
                return
            if not self._is_new(page):
                return
            if page.resources:
                yield page
            cursor = page.next_cursor
            start += len(page.resources)
            if self._is_last(page, cursor):
                break
        self._judge()

    def _place(self, cursor: str, start: int, *, is_first: bool) -> dict[str, str]:
        count = {"count": str(self._size)}
        if self._uses_cursors:
            return {**count, "cursor": "" if is_first else cursor}
        return {**count, "startIndex": str(start)}

    def _page(self, params: dict[str, str]) -> ListPage | None:
        answer = self._ask("GET", self._path, params=params)
        try:
            page = read_list(answer.json) if answer.outcome.is_success else None
        except NotAListError:
            page = None
        if page is None:
            self.why_incomplete = said(answer.outcome)
        return page

    def _is_new(self, page: ListPage) -> bool:
        """Whether a page holds nothing that came before, and as many are said to be there."""
        ids = [str(each.get("id")) for each in page.resources]
        if self._seen.intersection(ids) or len(set(ids)) < len(ids):
            self.why_incomplete = _("Some resources came twice.")
            return False
        if self.total is not None and page.total not in {None, self.total}:
            self.why_incomplete = _("The number of resources changed while they were read.")
            return False
        self._seen.update(ids)
        self.total = page.total if page.total is not None else self.total
        return True

    def _is_last(self, page: ListPage, cursor: str) -> bool:
        if self._uses_cursors:
            return not cursor
        if not page.resources:
            return True
        return self.total is not None and len(self._seen) >= self.total

    def _judge(self) -> None:
        names: dict[str, Any] = {"read": len(self._seen), "total": self.total}
        if self.total is not None and self.total != len(self._seen):
            self.why_incomplete = _("%(read)s of %(total)s resources came.") % names
            return
        self.is_complete, self.why_incomplete = True, ""
