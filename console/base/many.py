"""What is done to many rows of a list: a page asks first, a job does it, another page tells of it.

An action is an attribute of its :class:`ModelAdmin`, an instance of :class:`ManyAction`, whose name
stands in ``actions``.  Nothing is written before the page was seen that says who is meant, who of
them stays as they are, and what follows; if those are others by the time the button is pressed, the
page asks again.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from accounts.models import ActionLine
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.previews import SEEN, read_preview, seal_preview
from console.base.begun import Wanted, address_of, begin
from console.base.doing import Work
from console.base.many_look import SHOWN_NAMES, Look, looked_at_as_csv, second_looks
from console.base.reasons import REASON, ReasonForm
from console.base.undone import words_for_undoing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model, QuerySet
    from django.forms import Form
    from django.http import HttpRequest, HttpResponseBase
    from django_stubs_ext import StrOrPromise

    from console.base.doing import Done

MOST_AT_ONCE: Final = 5_000
"""Rows that one action changes; who needs more filters the list."""
_LONGEST_TITLE: Final = 300
_PAGE: Final = "many"
_CSV: Final = "as_csv"
"""The button that takes what would happen away, and does nothing."""


class _Asked(NamedTuple):
    """What the page that asks is about."""

    queryset: QuerySet[Any]
    form: Form | None
    look: Look = Look()


class ManyAction(Work):
    """One action on the selected rows of a list.

    Args:
        description: What the page of its result is called.
        permissions: Who may: each is asked of ``has_<permission>_permission``.
        button: What the button says; with an ellipsis over the list, for there a page asks first.
        danger: Whether it takes something away.
    """

    def __init__(
        self,
        *,
        description: StrOrPromise,
        permissions: Sequence[str],
        button: StrOrPromise,
        danger: bool = False,
    ) -> None:
        super().__init__(permissions=permissions)
        self.description = description
        self.short_description = format_lazy("{}…", button)
        self.button = button
        self.danger = danger
        self.__name__ = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.__name__ = name

    def question(self, count: int) -> str:
        """Return the title of the page that asks, such as *Deactivate 209 people?*."""
        raise NotImplementedError

    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        """Return what would happen to ``chosen``, in a number of statements that is fixed."""
        raise NotImplementedError

    def form(self, data: Any) -> Form | None:
        """Return the form for what must be known beforehand, if something must."""
        return None

    def choice_of(self, form: Any) -> Any:
        """Return what a valid ``form`` chose: an object, or ``None``."""
        return None

    def name_of(self, choice: Any) -> str:
        """Return what a choice is called, for the title of the result; empty without one."""
        return ""

    def ids_of(self, choice: Any) -> dict[str, Any]:
        """Return the ids by which :meth:`find_choice` finds a choice again."""
        return {}

    def __call__(
        self, model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponseBase:
        """Ask; or, when the page was seen on which the button was pressed, do and tell."""
        known, _shown = read_preview(request.POST.get(SEEN, ""), page=_PAGE)
        site = model_admin.admin_site
        if known is not None and (told := address_of(site, request, known)):
            return redirect(told)  # The button was pressed twice.
        form = self.form(request.POST)
        if form is not None and not form.is_valid():
            return self._page(model_admin, request, _Asked(queryset, form))
        keys = list(queryset.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if not keys or len(keys) > MOST_AT_ONCE:
            messages.error(request, _why_not_so_many(len(keys)))
            if not keys:
                return redirect(request.get_full_path())
            return self._page(model_admin, request, _Asked(queryset, form))
        return self._judged(model_admin, request, _Asked(queryset, form), keys)

    def _judged(
        self, model_admin: Any, request: HttpRequest, asked: _Asked, keys: list[Any]
    ) -> HttpResponseBase:
        """Do what the page showed, if it would be the same still; else show what would be."""
        known, shown = read_preview(request.POST.get(SEEN, ""), page=_PAGE)
        choice = None if asked.form is None else self.choice_of(asked.form)
        look = self.look(model_admin, request, asked.queryset, choice)
        asked = asked._replace(look=look)
        about = [*self._about(model_admin, request, keys, choice), _stays(look)]
        # What was pressed when the session had ended is looked at again, and not done.
        seen = None if LOOK_AGAIN in request.POST else request.POST.get(SEEN)
        takes_away = _CSV in request.POST
        why = ReasonForm(request.POST)
        if seen is not None and (takes_away or why.is_valid()):
            if shown == about and takes_away:
                return looked_at_as_csv(f"{self.__name__}-preview", asked.queryset, look)
            if shown == about:
                assert known is not None  # noqa: S101 - the page named it
                wanted = self._wanted(model_admin, request, asked, choice)
                wanted = wanted._replace(reason=why.reason_given)
                return begin(model_admin.admin_site, request, wanted, known)
            messages.warning(request, _what_differs(shown, about))
        return self._page(model_admin, request, asked, seal_preview(about, page=_PAGE))

    def _about(
        self, model_admin: Any, request: HttpRequest, keys: list[Any], choice: Model | None
    ) -> list[str]:
        what = f"{model_admin.admin_site.name}:{model_admin.opts.label_lower}:{self.__name__}"
        return [str(request.user.pk), what, "" if choice is None else str(choice.pk), _digest(keys)]

    def _page(
        self, model_admin: Any, request: HttpRequest, asked: _Asked, sealed: str = ""
    ) -> TemplateResponse:
        queryset, look = asked.queryset, asked.look
        count = queryset.count()
        groups = second_looks(queryset, look)
        left = sum(group.count for group in groups) - len(look.may_come_back)
        context = {
            **model_admin.admin_site.each_context(request),
            "title": self.question(count),
            "opts": model_admin.opts,
            "action_name": self.__name__,
            "button": self.button,
            "danger": self.danger,
            "count": count,
            "some": [str(obj) for obj in queryset[:SHOWN_NAMES]],
            "more": max(count - SHOWN_NAMES, 0),
            "will": max(count - left, 0),
            "consequences": look.consequences,
            "groups": groups,
            "form": asked.form,
            "why": ReasonForm(request.POST if REASON in request.POST else None),
            "undoing": words_for_undoing(self),
            "sealed": sealed,
            "tiles": _tiles(count, left, len(look.may_come_back)),
            "csv_name": _CSV,
            "seen_name": SEEN,
            "select_across": request.POST.get("select_across", "0"),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        request.current_app = model_admin.admin_site.name
        return TemplateResponse(request, "console/base/many_preview.html", context)

    def _wanted(self, model_admin: Any, request: HttpRequest, asked: _Asked, choice: Any) -> Wanted:
        left = {
            key: each.reason
            for each in asked.look.passed_over
            if not each.is_tried
            for key in each.objects.values_list("pk", flat=True)
        }
        ids = self.ids_of(choice)
        # Whoever asks has their turn last: they may lose the right to it with that.
        rows = sorted(asked.queryset, key=lambda obj: bool(obj == request.user))
        lines = [
            ActionLine(
                row=str(obj.pk),
                name=str(obj),
                choice=ids,
                outcome=ActionLine.Outcome.PASSED_OVER if obj.pk in left else "",
                reason=left.get(obj.pk, ""),
            )
            for obj in rows
        ]
        return Wanted(
            title=self._title(model_admin, choice),
            about=model_admin.opts.label_lower,
            action=self.__name__,
            file_name=self.__name__,
            lines=lines,
        )

    def _title(self, model_admin: Any, choice: Any) -> str:
        title = str(self.description % _names(model_admin)).rstrip("…")
        if chosen := self.name_of(choice):
            title = _("%(action)s (%(chosen)s)") % {"action": title, "chosen": chosen}
        return title[:_LONGEST_TITLE]


def _tiles(count: int, left: int, coming_back: int) -> list[dict[str, Any]]:
    will = max(count - left, 0)
    of_them = _("of the %(n)s") % {"n": will}
    back = {"kind": "warn", "label": _("May come back"), "figure": coming_back, "note": of_them}
    return [
        {"kind": "off", "label": _("Picked"), "figure": count},
        {"kind": "good", "label": _("Will be done"), "figure": will},
        *([back] if coming_back else []),
        {"kind": "off", "label": _("Passed over"), "figure": left},
    ]


class DeleteMany(ManyAction):
    """Delete the selected rows; those that may not be deleted are named and stay."""

    stays_because = gettext_lazy("What is deleted is gone.")

    def __init__(self) -> None:
        super().__init__(
            description=gettext_lazy("Delete the selected %(verbose_name_plural)s…"),
            permissions=["delete"],
            button=gettext_lazy("Delete"),
            danger=True,
        )

    @override
    def question(self, count: int) -> str:
        return _("Delete %(n)s of this list?") % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s was deleted", "%(n)s were deleted", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        stays = model_admin.what_stays(request, chosen)
        going = chosen
        for each in stays:
            going = going.exclude(pk__in=each.objects.order_by().values("pk"))
        lines = [
            _("What goes with it:"),
            *(model_admin.what_goes(going) or [_("Nothing else goes with it.")]),
            _("The audit trail stays."),
        ]
        return Look(consequences=lines, passed_over=stays)

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done | None:
        model_admin.delete_object(obj)
        return None


def _why_not_so_many(number: int) -> str:
    if not number:
        return _("What was picked is not there any more.")
    text = _("At most %(n)s at once. Filter the list, and do it in parts.")
    return text % {"n": f"{MOST_AT_ONCE:,}"}


def _names(model_admin: Any) -> dict[str, Any]:
    opts = model_admin.opts
    return {"verbose_name": opts.verbose_name, "verbose_name_plural": opts.verbose_name_plural}


def _stays(look: Look) -> str:
    """Return by what it is known which rows the page says of that they stay as they are."""
    keys = [key for each in look.passed_over for key in each.objects.values_list("pk", flat=True)]
    return _digest(keys)


def _digest(keys: Sequence[Any]) -> str:
    return sha256("\n".join(sorted(map(str, keys))).encode()).hexdigest()


def _what_differs(shown: list[str], about: list[str]) -> str:
    if shown[:-1] == about[:-1]:
        return _("Nothing was done: it would be other than this page showed. Look again.")
    if shown[:2] == about[:2] and shown[3:] == about[3:]:
        return _("Nothing was done yet: something else is chosen now. This is what follows.")
    return _("Nothing was done: others are selected now than this page showed. Look again.")
