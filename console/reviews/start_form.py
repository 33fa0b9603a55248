"""What a review is to ask, of whom, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access_reviews.models import AccessReview
from access_reviews.services.starting import MOST_REVIEWERS, Plan
from access_reviews.services.things import REVIEWED_ROLES, things_chosen
from accounts.models import AccessProfile, DirectoryGroup, Role
from console.applications.scope_form import GroupNamesField
from console.groups.member_fields import MemberNamesField
from licenses.models import Subscription

if TYPE_CHECKING:
    from accounts.models import User

_USUAL: Final = timedelta(days=14)
_LONGEST_TEXT: Final = 20_000


class StartForm(forms.Form):
    """A review that somebody wants to start."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_("Reviewers see it, such as “Insight Studio, autumn 2026”."),
    )
    licences = forms.ModelMultipleChoiceField(
        label=_("Licences"),
        queryset=Subscription.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, role.label) for role in REVIEWED_ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    profiles = forms.ModelMultipleChoiceField(
        label=_("Access profiles"),
        queryset=AccessProfile.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody is in the default profile, which cannot be reviewed."),
    )
    groups = GroupNamesField(
        label=_("Directory groups"),
        required=False,
        max_length=_LONGEST_TEXT,
        help_text=_("Names of directory groups; several, one on each line."),
    )
    reviewers = MemberNamesField(
        label=_("Reviewers"),
        required=True,
        max_length=_LONGEST_TEXT,
    )
    due = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Reviewers are reminded 7 days, 3 days and a day before, and on the day."),
    )
    undecided = forms.ChoiceField(
        label=_("At the end, lines nobody has decided"),
        choices=AccessReview.Undecided.choices,
        initial=AccessReview.Undecided.KEEP,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"due": timezone.localdate() + _USUAL})
        self.fields["reviewers"].help_text = _(
            "User names or e-mail addresses of at most %(n)s active people; several, one on each "
            "line. They need no right in the console; nobody decides a line about themselves."
        ) % {"n": MOST_REVIEWERS}
        licences = Subscription.objects.select_related("product").order_by("product__name")
        self.fields["licences"].queryset = licences  # type: ignore[attr-defined]
        profiles = AccessProfile.objects.filter(is_default=False).order_by("name_ci")
        self.fields["profiles"].queryset = profiles  # type: ignore[attr-defined]

    def plan(self, starter: User) -> Plan:
        """Return what a valid form asks for."""
        sent = self.cleaned_data
        groups = DirectoryGroup.objects.filter(pk__in=sent["groups"]).order_by("display_name_ci")
        return Plan(
            name=sent["name"],
            things=things_chosen(
                groups=groups,
                roles=[Role(each) for each in sent["roles"]],
                profiles=sent["profiles"],
                licences=sent["licences"],
            ),
            reviewers=sent["reviewers"],
            due=sent["due"],
            undecided=AccessReview.Undecided(sent["undecided"]),
            starter=starter,
        )
