"""The sample tenant of the first run, made with the operators' own commands and services.

Needs Django to be set up.
"""

import io
import json
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from accounts.models import Role, Tenant, User
from accounts.services.users import create_operator, set_password
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from demo.connection import Connection, NotConnectedError, load_connection, save_connection
from demo.people import ADMIN_EMAIL
from demo.ports import HOST
from demo.secrets_file import DemoSecrets
from licenses.models import Product, Subscription
from provisioning.catalogue.reading import GENERIC
from provisioning.models import Application
from provisioning.services.applications import create_application
from provisioning.services.assignments import set_assignments
from provisioning.services.connections import Connection as ConnectionToApplication
from provisioning.services.connections import change_connection

TENANT_SLUG: Final = "acme"
TENANT_NAME: Final = "Acme Ltd"
APPLICATION_NAME: Final = "Demo application"
OPERATOR_EMAIL: Final = "operator@gatehouse.example"
_SEATS_BY_PRODUCT: Final = {
    ("insight", "Insight"): 25,
    ("insight-studio", "Insight Studio"): 5,
    ("archive", "Archive"): 2,
}


def prepare_database() -> None:
    """Bring the database's tables up to date."""
    call_command("migrate", verbosity=0, interactive=False)


def collect_static_files() -> None:
    """Copy the static files to where the server reads them, once and after they changed."""
    call_command("collectstatic", verbosity=0, interactive=False)


def ensure_people(secrets: DemoSecrets) -> bool:
    """Make the sample tenant, its admin and the operator; returns whether the tenant is new.

    People who are there keep the password they have.
    """
    with every_tenant():
        if not User.objects.filter(tenant=None, user_name=OPERATOR_EMAIL).exists():
            create_operator(email=OPERATOR_EMAIL, password=secrets.operator_password)
    if Tenant.objects.filter(slug=TENANT_SLUG).exists():
        return False
    _command(
        "create_tenant",
        TENANT_SLUG,
        f"--name={TENANT_NAME}",
        "--plan=enterprise",
        f"--admin-email={ADMIN_EMAIL}",
        f"--admin-password={secrets.admin_password}",
    )
    _ensure_subscriptions(Tenant.objects.get(slug=TENANT_SLUG))
    return True


def connect(state: Path, metadata: str) -> Connection:
    """Connect the sample tenant to the identity provider that ``metadata`` describes.

    Makes the tenant's SCIM token anew and keeps everything in ``state``.
    """
    metadata_file = state / "idp-metadata.xml"
    metadata_file.write_text(metadata)
    saml = _command("configure_saml", TENANT_SLUG, f"--metadata={metadata_file}")
    scim = _command("create_scim_token", TENANT_SLUG)
    connection = Connection(
        tenant_name=TENANT_NAME,
        sign_on_page_url=saml["sign_on_page_url"],
        sp_entity_id=saml["sp_entity_id"],
        scim_url=str(scim["scim_url"]).rstrip("/"),
        scim_token=scim["token"],
        console_url=f"{settings.BASE_URL}/console/",
    )
    save_connection(state, connection)
    return connection


def connect_application(base_url: str, secrets: DemoSecrets) -> None:
    """Connect the sample tenant to the demo application at ``base_url``, everybody assigned.

    It is made once, and follows the demo application to another port; what an admin has made of
    it, and that somebody has deleted it, stays so.  Its first plan is the admin's to send.
    """
    connection = ConnectionToApplication(base_url=base_url, token=secrets.application_token)
    with tenant_scope(Tenant.objects.get(slug=TENANT_SLUG)), transaction.atomic():
        application = Application.objects.filter(base_url__startswith=f"http://{HOST}:").first()
        if application is None and not secrets.is_application_made:
            application = create_application(catalogue_key=GENERIC, name=APPLICATION_NAME)
            set_assignments(application=application, groups=(), roles=list(Role), profiles=())
            secrets.is_application_made = True
        if application is not None and application.base_url != base_url:
            change_connection(application=application, connection=connection)


def kept_connection(state: Path) -> Connection | None:
    """The connection of an earlier start, or nothing."""
    try:
        return load_connection(state)
    except NotConnectedError:
        return None


def reset_passwords(secrets: DemoSecrets) -> None:
    """Give admin and operator the passwords in ``secrets``, after earlier ones were lost."""
    with every_tenant():
        operator = User.objects.get(tenant=None, user_name=OPERATOR_EMAIL)
        set_password(user=operator, password=secrets.operator_password)
    with tenant_scope(Tenant.objects.get(slug=TENANT_SLUG)):
        admin = User.objects.get(user_name=ADMIN_EMAIL)
        set_password(user=admin, password=secrets.admin_password)


@transaction.atomic
def _ensure_subscriptions(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        for (key, name), seats in _SEATS_BY_PRODUCT.items():
            product, _ = Product.objects.get_or_create(key=key, defaults={"name": name})
            Subscription.objects.get_or_create(product=product, defaults={"seats": seats})


def _command(*words: str) -> dict[str, Any]:
    printed = io.StringIO()
    call_command(*words, "--json", stdout=printed)
    answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer
