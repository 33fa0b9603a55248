"""The console pages of *SAML & SCIM*."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.identifiers import is_canonical_uuid
from console.base.findable import Settings, fields_of, register_settings
from console.base.of_person import PERSON
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_empty
from console.saml_and_scim import actions, attempts, page, scim_api, trial
from console.saml_and_scim.forms import LinkForm, RulesForm, SettingsForm
from console.saml_and_scim.guides.showing import is_guide

ACCESS = "saml-and-scim"
LOG = "sign-in-attempts"
ROUTE = "security/saml-scim/"

for each in (
    ConsolePage(
        name="saml-and-scim",
        route=ROUTE,
        view=page.saml_and_scim,
        label=_("SAML & SCIM"),
        questions={"tested": is_empty, "guide": is_guide},
    ),
    ConsolePage(
        name="saml-and-scim-rules", route=f"{ROUTE}rules/", view=actions.save_rules, access=ACCESS
    ),
    ConsolePage(
        name="saml-and-scim-action",
        route=f"{ROUTE}do/<slug:action>/",
        view=actions.act,
        access=ACCESS,
    ),
    ConsolePage(
        name="saml-and-scim-test", route=f"{ROUTE}test/", view=trial.begin_test, access=ACCESS
    ),
    ConsolePage(
        name="saml-and-scim-test-progress",
        route=f"{ROUTE}test/progress/",
        view=trial.follow_test,
        access=ACCESS,
    ),
    ConsolePage(
        name="saml-and-scim-attempts",
        route=f"{ROUTE}attempts/",
        view=attempts.attempts,
        label=_("Latest sign-ins"),
        access=LOG,
        questions={PERSON: is_canonical_uuid},
    ),
    ConsolePage(
        name="saml-and-scim-attempts-csv",
        route=f"{ROUTE}attempts/export/",
        view=attempts.attempts_csv,
        access=LOG,
    ),
    ConsolePage(
        name="saml-and-scim-attempt",
        route=f"{ROUTE}attempts/<int:pk>/",
        view=attempts.attempt,
        access=LOG,
    ),
    ConsolePage(
        name="saml-and-scim-reveal",
        route=f"{ROUTE}attempts/<int:pk>/reveal/",
        view=attempts.reveal,
        access=LOG,
    ),
    ConsolePage(
        name="scim-api", route="advanced/scim-api/", view=scim_api.scim_api, label=_("SCIM API")
    ),
):
    register_page(each)

register_settings(
    Settings(
        page="saml-and-scim",
        names={
            "guide-saml-vendor": _("Your identity provider: guide for SAML"),
            "guide-scim-vendor": _("Your identity provider: guide for SCIM"),
            "sign-on-page-url": _("Sign-on page URL"),
            "sp-metadata-url": _("SP metadata URL"),
            "logout-url": _("Single logout URL"),
            **fields_of(SettingsForm, but=["identity_provider"]),
            **fields_of(RulesForm),
            **fields_of(LinkForm),
            "test": _("Test sign-in"),
            "scim": _("SCIM URL, SCIM token, Regenerate"),
        },
    )
)
register_settings(Settings(page="scim-api", names={"endpoints": _("Endpoints")}))
