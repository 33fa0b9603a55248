"""Every page of the product by its address, read from the routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import NoReverseMatch, reverse

from tests.architecture.test_routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

NO_PAGES: Final = {
    "None": "security.txt, a text",
    "home": "leads to where the person belongs",
    "console:None": "adds what is missing in an address",
    "platform:None": "adds what is missing in an address",
    **{f"{site}:login": "leads to the sign-in page" for site in ("console", "platform")},
    **{f"{site}:logout": "is posted to" for site in ("console", "platform")},
    **{f"{site}:app_list": "leads to the first page" for site in ("console", "platform")},
    **{f"{site}:autocomplete": "answers a field" for site in ("console", "platform")},
    **{f"{site}:jsi18n": "a script" for site in ("console", "platform")},
    **{
        f"console:{name}": "something to download"
        for name in (
            *("accounts_auditentry_export", "accounts_user_export", "licenses_seat_export"),
            *("scim_requestlogentry_export", "user-licenses-template"),
            *("saml-and-scim-attempts-csv", "provisioning_operation_export"),
            *("provisioning_run_csv", "who-holds-what-csv", "provisioning_importrow_export"),
            "access-review-csv",
            *("log-csv", "log-json"),
        )
    },
    "console:to-pick": "answers a field",
    "platform:accounts_auditentry_export": "something to download",
    **{
        f"console:{name}": "is posted to"
        for name in (
            *("accounts_user_deactivate", "accounts_user_reactivate", "accounts_user_invite"),
            *("accounts_user_sign_out", "saml-and-scim-action", "saml-and-scim-reveal"),
            *("saml-and-scim-rules", "saml-and-scim-test"),
            *("held-change-carry-out", "held-change-take-back", "held-change-go-on"),
        )
    },
    **{
        f"console:provisioning_{name}": "is posted to"
        for name in (
            *(f"application_{pressed}" for pressed in ("test", "pause", "resume", "retry", "lift")),
            *("application_allow_removals", "application_refuse_removals"),
            "application_allow_refused_removals",
            *("operation_retry", "operation_reveal", "run_send", "run_stop"),
        )
    },
    **{
        f"console:accounts_user_view_{name}": "is posted to"
        for name in ("save", "rename", "delete")
    },
    "brand-logo": "a picture",
    "console:appearance-picture": "a picture",
    "console:appearance-preview": "is shown to who has just chosen a logo or a colour",
    "brand-sheet": "a style sheet",
    "console:saml-and-scim-test-progress": "a part of a page",
    "set-up-progress": "a part of a page",
    "set-up-test": "is posted to",
    "sign-in-choose": "is shown to who may choose between accounts",
    "console:accounts_user_invitation": "is shown once, to who invited",
    "set-up-tested": "is shown once, to who tested",
    "sign-out": "is posted to",
    "withdraw-request": "is posted to",
    "session-end": "is posted to",
    "sessions-end-others": "is posted to",
    "saml-metadata": "a document",
    **{
        f"saml-{name}": "a step between browser and identity provider"
        for name in ("sign-on", "sign-on-without-slash", "again", "finish", "leave", "replace")
    },
    "saml-logout": "a step between browser and identity provider",
    **{route.name: "for programs" for route in routes() if route.url.startswith("/scim/")},
}
"""Routes that show no page of ours when they are asked for, and what they do instead."""

Arguments = dict[str, list[tuple[object, ...]]]
"""What stands in the addresses of routes that name no row, by the name of the route."""

ONCE: Final = frozenset({"link", "password-reset-confirm", "set-up"})
"""Pages whose form ends what let somebody open them."""


def routes_of_site(site: str) -> set[str]:
    """The names of the routes of ``console`` or ``platform``, without that before them."""
    return {
        route.name.removeprefix(f"{site}:")
        for route in routes()
        if route.url.startswith(f"/{site}/")
    }


def addresses(rows: list[models.Model], arguments: Arguments) -> Iterator[tuple[str, str]]:
    """Yield the name of each route that shows a page, and the addresses of it that there are."""
    keys: dict[str, list[object]] = {}
    for row in rows:
        keys.setdefault(f"{row._meta.app_label}_{row._meta.model_name}", []).append(row.pk)
    for route in routes():
        if route.name in NO_PAGES:
            continue
        name = route.name.rpartition(":")[2]
        model = max((key for key in keys if name.startswith(f"{key}_")), key=len, default="")
        of_rows = ((key,) for key in keys.get(model, ())[-2:])
        for args in [(), *arguments.get(route.name, ()), *of_rows]:
            try:
                yield route.name, reverse(route.name, args=args)
            except NoReverseMatch:
                continue
