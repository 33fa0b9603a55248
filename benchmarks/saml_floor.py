"""The two halves of the ACS by themselves: judging a response, and what is read and written."""

from __future__ import annotations

import itertools
import json
import os
import secrets
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from benchmarks.signed import CERTIFICATE_VARIABLE, ENTITY_ID
from benchmarks.tenant import SLUG
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.parties import IdentityProvider, Policy, ServiceProvider
from saml_sso.protocol.response import validate_response

if TYPE_CHECKING:
    from django.http import HttpRequest

USERS: Final = 1_000
"""Of whom every other one is active."""

_READ: Final = """
SELECT tenant.*, settings.*,
  (SELECT array_agg(pem) FROM saml_sso_identityprovidercertificate WHERE tenant_id = tenant.id),
  (SELECT array_agg(private_key) FROM saml_sso_serviceproviderkey WHERE tenant_id = tenant.id)
FROM accounts_tenant AS tenant
JOIN saml_sso_identityprovidersettings AS settings ON settings.tenant_id = tenant.id
WHERE tenant.slug = %s
"""
_FIND: Final = """
SELECT * FROM accounts_user WHERE tenant_id = %s AND (email_ci = %s OR user_name_ci = %s) LIMIT 2
"""
_WRITE: Final = """
WITH now AS (
  SELECT settings.tenant_id FROM saml_sso_identityprovidersettings AS settings
  JOIN accounts_tenant AS tenant ON tenant.id = settings.tenant_id
  WHERE settings.tenant_id = %(tenant)s AND tenant.saml_enabled FOR SHARE
), used AS (
  INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires)
  SELECT tenant_id, %(digest)s, now() + interval '10 minutes' FROM now
  ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
), seen AS (
  UPDATE accounts_user SET last_login = now() FROM used
  WHERE accounts_user.id = %(user)s AND active RETURNING accounts_user.id
), begun AS (
  INSERT INTO accounts_session (session_key, session_data, expire_date, user_id, method,
    user_agent, created, last_seen, saml)
  SELECT %(key)s, %(data)s, now() + interval '12 hours', id, 'saml', '', now(), now(), %(saml)s
  FROM seen
), entered AS (
  INSERT INTO accounts_auditentry (tenant_id, at, actor, action, target_type, target_id, target,
    details)
  SELECT %(tenant)s, now(), 'floor', 'user.signed_in', 'user', id::text, '', '{}' FROM seen
)
INSERT INTO saml_sso_signinattempt (tenant_id, at, kind, outcome, reference, check_name, reason,
  remedy, identifier, sealed, user_id, revision, user_agent)
SELECT %(tenant)s, now(), 'idp_initiated', 'accepted', 'AAAA-AAAA', '', '', '', 'u', %(sealed)s, id,
  1, '' FROM seen
"""
_DATA: Final = "x" * 460
_SAML: Final = json.dumps({"issuer": ENTITY_ID, "value": "user1@acme.example", "format": "x" * 60})
_SEALED: Final = b"x" * 1_500
_numbers = itertools.count()


@csrf_exempt
def judge(request: HttpRequest) -> HttpResponse:
    """Judge the response as the ACS does, with what is trusted at hand, and store nothing."""
    sp, idp = _parties(request.build_absolute_uri())
    validate_response(
        encoded=request.POST["SAMLResponse"], sp=sp, idp=idp, policy=Policy(), now=timezone.now()
    )
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": "/account/"})


@csrf_exempt
def store(request: HttpRequest) -> HttpResponse:
    """Read and write what an accepted sign-in does, in as many statements, and judge nothing."""
    address = f"user{2 * next(_numbers) % USERS + 1}@acme.example"
    with connection.cursor() as cursor:
        cursor.execute(_READ, [SLUG])
        tenant = cursor.fetchone()[0]
        cursor.execute(_FIND, [tenant, address, address])
        columns = [column.name for column in cursor.description]
        user = dict(zip(columns, cursor.fetchone(), strict=True))["id"]
        cursor.execute(
            _WRITE,
            {
                "tenant": tenant,
                "user": user,
                "digest": secrets.token_hex(32),
                "key": secrets.token_hex(32),
                "data": _DATA,
                "saml": _SAML,
                "sealed": _SEALED,
            },
        )
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": "/account/"})


@cache
def _parties(address: str) -> tuple[ServiceProvider, IdentityProvider]:
    sp = ServiceProvider(entity_id=address, acs_url=address, slo_url=f"{address}logout/")
    idp = IdentityProvider(
        entity_id=ENTITY_ID,
        certificates=(describe_certificate(os.environ[CERTIFICATE_VARIABLE]),),
        sso_url="https://login.acme.example/sso",
    )
    return sp, idp
