"""Saving views of the user list, each person their own."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import AccountError, ChangedMeanwhileError
from accounts.models import SavedView, User
from accounts.storable import is_storable

MOST_VIEWS: Final = 12
"""Of one person."""


class SavedViewError(AccountError):
    """The view cannot be kept like that; the message says why."""


@transaction.atomic
def save_view(*, owner: User, name: str, query: str) -> SavedView:
    """Keep ``query`` as ``name``; the same one once more is the one that is there.

    Raises:
        SavedViewError: The name is taken or missing, or there are too many.
    """
    name = _checked(name)
    # Two that are saved at once wait for each other.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=owner.pk)
    views = {view.name: view for view in SavedView.objects.filter(owner=owner)}
    if name in views:
        if views[name].query == query:
            return views[name]
        text = _("You have a view called “%(name)s”. Choose another name, or rename that one.")
        raise SavedViewError(text % {"name": name})
    if len(views) >= MOST_VIEWS:
        text = _("You have %(most)s views, and there is no room for more. Delete one first.")
        raise SavedViewError(text % {"most": MOST_VIEWS})
    return SavedView.objects.create(owner=owner, name=name, query=query)


@transaction.atomic
def rename_view(*, view: SavedView, name: str, version: int) -> None:
    """Call ``view`` something else.

    Raises:
        ChangedMeanwhileError: It is not the ``version`` that was shown, or is gone.
        SavedViewError: The name is taken or missing.
    """
    name = _checked(name)
    User.objects.select_for_update(no_key=True).only("pk").get(pk=view.owner_id)
    others = SavedView.objects.filter(owner=view.owner_id, name=name).exclude(pk=view.pk)
    if others.exists():
        text = _("You have another view called “%(name)s”. Choose another name.")
        raise SavedViewError(text % {"name": name})
    as_shown = SavedView.objects.filter(pk=view.pk, version=version)
    if not as_shown.update(name=name, version=F("version") + 1):
        raise ChangedMeanwhileError(_("The view was changed in another window. Look again."))


@transaction.atomic
def delete_view(*, view: SavedView, version: int) -> None:
    """Take ``view`` away; the people in it stay as they are.

    Raises:
        ChangedMeanwhileError: It is not the ``version`` that was shown.
    """
    if not SavedView.objects.filter(pk=view.pk, version=version).delete()[0]:
        raise ChangedMeanwhileError(_("The view was changed in another window. Look again."))


def _checked(name: str) -> str:
    name = " ".join(name.split())
    most = SavedView._meta.get_field("name").max_length or 0
    if not name or len(name) > most or not is_storable(name):
        text = _("Give the view a name of at most %(most)s letters.")
        raise SavedViewError(text % {"most": most})
    return name
