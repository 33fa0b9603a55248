"""Tell Gatehouse who a tenant's identity provider is, and switch SAML sign-on on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import CommandError
from django.utils import timezone
from typing_extensions import override

from accounts.commands import OperatorCommand, add_tenant, tenant_called
from accounts.models import Role, User
from accounts.signing_in.recovery import count_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from saml_sso.addresses import metadata_url, sign_on_page_url
from saml_sso.protocol.errors import FileError
from saml_sso.protocol.parties import IdentityProvider
from saml_sso.services.announcing import announcing
from saml_sso.services.configuration import save_identity_provider
from saml_sso.services.documents import read_certificate_file, read_metadata_file, the_one
from saml_sso.services.switches import (
    enable_saml,
    enforce_saml_untested,
    stop_enforcing_saml,
)
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.management.base import CommandParser

    from accounts.models import Tenant

MOST_NAMED: Final = 10


class Command(OperatorCommand):
    help = (
        "Trust the identity provider that a metadata file or a certificate describes, switch "
        "SAML sign-on on, and print what the identity provider needs to know of us. It replaces "
        "what was configured before, at once and without a test. --enforce needs no test "
        "sign-in and no recovery codes: break_glass is the way back in. It ends the sessions "
        "that began with a password. All system admins are mailed what changed."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--metadata", metavar="FILE", help="SAML 2.0 metadata (XML).")
        source.add_argument(
            "--certificate", metavar="FILE", help="X.509 signing certificate (PEM or DER)."
        )
        parser.add_argument(
            "--idp-entity-id",
            metavar="ID",
            help="The issuer to expect with --certificate; with --metadata, which of several "
            "identity providers of the file is meant.",
        )
        enforcement = parser.add_mutually_exclusive_group()
        enforcement.add_argument(
            "--enforce",
            action="store_true",
            default=None,
            help="Refuse password sign-in for the tenant's people, and end the sessions that "
            "began with a password.",
        )
        enforcement.add_argument(
            "--no-enforce",
            action="store_false",
            dest="enforce",
            help="Let people sign in with a password, too. Without either it stays as it is.",
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        tenant = tenant_called(options["slug"])
        with tenant_scope(tenant), announcing(tenant):
            idp, warnings = _identity_provider(tenant, options)
            save_identity_provider(tenant=tenant, idp=idp)
            enable_saml(tenant=tenant)
            if options["enforce"] is True:
                enforce_saml_untested(tenant=tenant)
            elif options["enforce"] is False:
                stop_enforcing_saml(tenant=tenant)
            if tenant.saml_enforced:
                warnings = (*warnings, *_warnings_of_admins(tenant))
            for warning in warnings:
                self.stderr.write(f"Warning: {warning}")
            return _answer(tenant)


def _identity_provider(
    tenant: Tenant, options: Mapping[str, Any]
) -> tuple[IdentityProvider, tuple[str, ...]]:
    """Return what the file describes, and sentences about what is wrong with parts of it."""
    entity_id = options["idp_entity_id"]
    given = options["metadata"] or options["certificate"]
    if given.startswith(("https://", "http://")):
        raise CommandError(
            f"{given} is an address, not a file. Download it and name the file, or enter the "
            "address on the page SAML & SCIM, which then reads it every day."
        )
    path = Path(given)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    now = timezone.now()
    try:
        if options["metadata"]:
            candidates = read_metadata_file(tenant=tenant, data=data, now=now)
            chosen = the_one(candidates, entity_id=entity_id)
            return chosen.identity_provider, chosen.warnings
        found = read_certificate_file(data=data, now=now)
    except FileError as error:
        raise CommandError(f"{path}: {error.message()}") from error
    idp = IdentityProvider(entity_id=entity_id, certificates=found.certificates)
    return _with_known_addresses(idp, tenant), found.warnings


def _warnings_of_admins(tenant: Tenant) -> Iterator[str]:
    """Say which system admins have no way past an identity provider that fails."""
    admins = User.objects.filter(role=Role.ADMIN, active=True).order_by("user_name")
    without = [admin.user_name for admin in admins if not count_recovery_codes(user=admin)]
    if without:
        yield (
            f"SAML is enforced, and {len(without)} of the system admins of {tenant.slug} have no "
            f"unused recovery code: {', '.join(without[:MOST_NAMED])}. If the identity provider "
            "fails, break_glass lets them in."
        )


def _with_known_addresses(idp: IdentityProvider, tenant: Tenant) -> IdentityProvider:
    """Keep the sign-in URL that metadata gave when only the certificate is new."""
    known = load_trust(tenant).idp
    if not idp.entity_id or idp.entity_id != known.entity_id:
        return idp
    return IdentityProvider(
        entity_id=idp.entity_id,
        certificates=idp.certificates,
        sso_url=known.sso_url,
        sso_binding=known.sso_binding,
        slo_url=known.slo_url,
        slo_response_url=known.slo_response_url,
        slo_binding=known.slo_binding,
        want_authn_requests_signed=known.want_authn_requests_signed,
    )


def _answer(tenant: Tenant) -> dict[str, Any]:
    url = sign_on_page_url(tenant)
    return {
        "sign_on_page_url": url,
        "sp_entity_id": url,
        "metadata_url": metadata_url(tenant),
        "certificates": [
            {
                "subject": certificate.subject,
                "algorithm": certificate.algorithm,
                "fingerprint": certificate.fingerprint,
                "expires": certificate.not_after.isoformat(),
            }
            for certificate in load_trust(tenant).idp.certificates
        ],
    }
