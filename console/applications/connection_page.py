"""*Connection* of an application: address and credential, and a test in five steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.posted_forms.shown import seal
from accounts.secrets.encryption import SealError
from console.applications.forms import ConnectionForm
from console.applications.settings_page import SettingsPage, SettingsPages
from console.applications.words import UNREADABLE, in_milliseconds
from console.base.access import Access
from provisioning.engine.errors import TooManyAtOnceError
from provisioning.engine.testing import Part, test_connection
from provisioning.services.connections import Connection, change_connection

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from provisioning.engine.testing import Checked
    from provisioning.models import Application

TITLES: Final = {
    Part.ADDRESS: gettext_lazy("The address is allowed"),
    Part.TLS: gettext_lazy("TLS holds"),
    Part.TOKEN: gettext_lazy("The credential is taken"),
    Part.CONFIG: gettext_lazy("It says what it can"),
    Part.USERS: gettext_lazy("The first page of users comes"),
}


def _store_connection(application: Application, form: ConnectionForm) -> None:
    data = form.cleaned_data
    change_connection(
        application=application,
        connection=Connection(
            base_url=data["base_url"],
            sign_in=data["sign_in"],
            token=data["token"],
            token_url=data["oauth_url"],
            client_id=data["client_id"],
            client_secret=data["client_secret"],
            scope_text=data["oauth_scope"],
        ),
    )


CONNECTION = SettingsPage(
    name="connection",
    form=lambda application, data: ConnectionForm(data, application=application),
    store=_store_connection,
    template="connection.html",
)


class ConnectionPages(SettingsPages):
    """Shows and stores the connection, and tests it."""

    def connection_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show and store address and credential."""
        return self.settings_view(request, application, self.connection_settings(application))

    def connection_settings(self, application: Application) -> SettingsPage:
        """Return the page with the address of its test."""
        test_url = self.url_of("test", application.pk)
        return SettingsPage(
            name=CONNECTION.name,
            form=CONNECTION.form,
            store=CONNECTION.store,
            template=CONNECTION.template,
            context=lambda _application: {"test_url": test_url},
        )

    def posted_test_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Answer whoever pressed the button."""
        return require_POST(self._test)(request, application)

    def _test(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Try the connection, and show what each step came to beside the form."""
        self.require(request, Access.TRY)
        try:
            checks = [_shown(each) for each in test_connection(application=application)]
        except SealError:
            messages.error(request, str(UNREADABLE))
            checks = []
        except TooManyAtOnceError as error:
            messages.error(request, str(error))
            checks = []
        application.refresh_from_db()
        form = ConnectionForm(application=application)
        if not self.has_full_permission(request):
            for field in form.fields.values():
                field.disabled = True
        context: dict[str, Any] = {
            "title": _("Connection"),
            "form": form,
            "version": seal(CONNECTION.shown(application), CONNECTION.about(application)),
            "test_url": self.url_of("test", application.pk),
            "checks": checks,
            "failed": next((each for each in checks if each["ok"] is False), None),
        }
        return self.render_page(request, application, "connection.html", context, here="connection")


def _shown(checked: Checked) -> dict[str, Any]:
    return {
        "title": TITLES[checked.part],
        "says": checked.says,
        "ok": checked.ok,
        "took": in_milliseconds(checked.seconds),
    }
