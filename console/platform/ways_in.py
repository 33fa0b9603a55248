"""*Ways in* to a company for its system admins: a break-glass link, or an invitation anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.identifiers import read_uuid
from accounts.models import OneTimeLink, Role, Tenant, User
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import require_as_seen
from accounts.secrets.shown_once import show_once, take
from accounts.services.turned_back import hold_person
from accounts.signing_in.break_glass import make_break_glass_link
from accounts.signing_in.invitations import invite_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail.refusals import in_words, record_refusal
from console.base.audited_admin import AuditedModelAdmin
from console.base.questions import asks

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.urls import URLPattern
    from django_stubs_ext import StrOrPromise

NAME: Final = "ways_in"
MOST_SHOWN: Final = 100
"""System admins that are offered; a company with more finds another one among them."""
_Purpose = OneTimeLink.Purpose


class Way(NamedTuple):
    """What a button of the page makes, and what is said before and after."""

    make: Callable[[User], str]
    button: StrOrPromise
    question: StrOrPromise
    follows: tuple[StrOrPromise, ...]
    label: StrOrPromise
    says: StrOrPromise


WAYS: Final = {
    _Purpose.BREAK_GLASS.value: Way(
        lambda admin: make_break_glass_link(admin=admin),
        gettext_lazy("Make a break-glass link"),
        gettext_lazy("Make a break-glass link for %(who)s?"),
        (
            gettext_lazy("Whoever has the link signs in as %(who)s, past the identity provider."),
            gettext_lazy("It works once, within 15 minutes; one made before ends."),
            gettext_lazy(
                "All system admins of %(company)s are told by mail, now and when it is used."
            ),
        ),
        gettext_lazy("Break-glass link"),
        gettext_lazy(
            "Hand this link to %(who)s in a safe way: it works once, within 15 minutes, and is not "
            "shown again."
        ),
    ),
    _Purpose.INVITATION.value: Way(
        lambda admin: invite_user(user=admin),
        gettext_lazy("Send an invitation"),
        gettext_lazy("Send an invitation to %(who)s?"),
        (
            gettext_lazy("They get a mail with a link to choose a password."),
            gettext_lazy("It works once, within seven days; one sent before ends."),
        ),
        gettext_lazy("Invitation link"),
        gettext_lazy(
            "An invitation is on its way to %(who)s. If it does not arrive, hand this link over "
            "yourself: it works once, within seven days, and is not shown again."
        ),
    ),
}
"""By the purpose of the link."""


class WaysInPage(AuditedModelAdmin[Tenant]):
    """Makes a link for a system admin of one company, after it has asked."""

    def ways_in_route(self) -> URLPattern:
        """Return the route of the page."""

        @asks()
        @require_http_methods(["GET", "HEAD", "POST"])
        def one(request: HttpRequest, object_id: int) -> HttpResponse:
            company = self.get_object(request, str(object_id))
            if company is None:
                raise Http404
            if not self.has_change_permission(request, company):
                raise PermissionDenied
            with tenant_scope(company):
                return self._ways_in(request, company)

        return path(
            f"<int:object_id>/{NAME.replace('_', '-')}/",
            self.admin_site.admin_view(one),
            name=f"accounts_tenant_{NAME}",
        )

    def _ways_in(self, request: HttpRequest, company: Tenant) -> HttpResponse:
        if request.method != "POST":
            return self._ways_offered(request, company, made=_taken(request, company))
        admin = _admin_named(request.POST.get("admin", ""))
        way = WAYS.get(request.POST.get("purpose", ""))
        if admin is None or way is None:
            self.message_user(
                request, _("Choose an active system admin of this company."), messages.ERROR
            )
            return redirect(address_of(company))
        if "sure" not in request.POST:
            return self._asked(request, company, admin, way)
        return self._made(request, company, admin, way)

    def _made(self, request: HttpRequest, company: Tenant, admin: User, way: Way) -> HttpResponse:
        purpose = request.POST["purpose"]
        try:
            with transaction.atomic():
                held = hold_person(admin)
                require_as_seen(_about(held.pk, purpose), request.POST, _shown(held, purpose))
                url = way.make(held)
        except AccountError as refusal:
            record_refusal("way_in.refused", admin, reason=in_words(refusal))
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(address_of(company))
        show_once(request, _place(company), f"{purpose} {admin.pk} {url}")
        return redirect(address_of(company))

    def _asked(self, request: HttpRequest, company: Tenant, admin: User, way: Way) -> HttpResponse:
        words = {"who": admin.user_name, "company": company.name}
        purpose = request.POST["purpose"]
        context = {
            **self._about_company(request, company),
            "title": str(way.question) % words,
            "follows": [str(each) % words for each in way.follows],
            "admin": admin,
            "purpose": purpose,
            "button": way.button,
            "back": address_of(company),
            "version": seal(_shown(admin, purpose), _about(admin.pk, purpose)),
        }
        return render(request, "console/platform/way_in.html", context)

    def _ways_offered(
        self, request: HttpRequest, company: Tenant, made: dict[str, Any] | None
    ) -> HttpResponse:
        context = {
            **self._about_company(request, company),
            "title": _("Ways in to %(company)s") % {"company": company.name},
            "admins": _admins().order_by("user_name_ci")[:MOST_SHOWN],
            "ways": [(purpose, way.button) for purpose, way in WAYS.items()],
            "made": made,
        }
        return render(request, "console/platform/ways_in.html", context)

    def _about_company(self, request: HttpRequest, company: Tenant) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": company,
            "company": company,
        }


def address_of(company: Tenant) -> str:
    """Return where the page of a company stands."""
    return reverse(f"platform:accounts_tenant_{NAME}", args=[company.pk])


def _admins() -> Any:
    return User.objects.filter(role=Role.ADMIN, active=True)


def _admin_named(key: str) -> User | None:
    """Return the active system admin of the active tenant with this key, if there is one."""
    found = read_uuid(key)
    return None if found is None else _admins().select_related("tenant").filter(pk=found).first()


def _shown(admin: User, purpose: str) -> Page:
    """Return what the question depends on, so that each is answered once."""
    latest = OneTimeLink.objects.filter(user=admin, purpose=purpose).order_by("-pk")
    return Page(
        {},
        facts={
            "admin": f"{admin.user_name} {admin.role} {admin.active}",
            "link": str(latest.values_list("pk", flat=True).first()),
        },
    )


def _about(key: UUID, purpose: str) -> str:
    return f"way-in:{key}:{purpose}"


def _place(company: Tenant) -> str:
    return f"shown_once_way_in_{company.pk}"


def _taken(request: HttpRequest, company: Tenant) -> dict[str, Any] | None:
    """Return the link that was just made, once."""
    kept = take(request, _place(company))
    if not kept:
        return None
    purpose, key, url = kept.split(" ", 2)
    admin = User.objects.filter(pk=key).first()
    way = WAYS[purpose]
    who = "" if admin is None else admin.user_name
    return {"label": way.label, "says": str(way.says) % {"who": who}, "url": url}
