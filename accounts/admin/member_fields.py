"""Naming members on a form: a line for each, for groups of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import DirectoryGroup, User

if TYPE_CHECKING:
    from uuid import UUID

SHOWN_UNKNOWN = 5


class MemberNamesField(forms.CharField):
    """User names or e-mail addresses, one a line; with ``with_groups`` also names of groups.

    Its value is the list of their ids.
    """

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def __init__(self, *, with_groups: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self._with_groups = with_groups
        self.help_text = (
            _("User names, e-mail addresses or names of directory groups, one on each line.")
            if with_groups
            else _("User names or e-mail addresses, one on each line.")
        )

    @override
    def clean(self, value: Any) -> list[UUID]:
        lines = {line.strip() for line in str(super().clean(value)).splitlines() if line.strip()}
        wanted = {line.lower(): line for line in lines}
        found: dict[str, UUID] = {}
        people = User.objects.filter(Q(user_name_ci__in=wanted) | Q(email_ci__in=wanted))
        for key, name, address in people.values_list("pk", "user_name_ci", "email_ci"):
            for folded in {name, address} & wanted.keys():
                found.setdefault(folded, key)
        if self._with_groups:
            groups = DirectoryGroup.objects.filter(display_name_ci__in=wanted)
            for key, name in groups.values_list("pk", "display_name_ci"):
                found.setdefault(name, key)
        unknown = sorted(wanted[folded] for folded in wanted.keys() - found.keys())
        if unknown:
            raise forms.ValidationError(
                _t("Nobody here is called %(names)s. Check the spelling.")
                % {"names": ", ".join(unknown[:SHOWN_UNKNOWN])}
            )
        return sorted(set(found.values()))
