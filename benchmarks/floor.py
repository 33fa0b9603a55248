"""The least a Django view can do: the statements an operation needs, and bytes made before.

No ORM, no parsing, no checking: what is left is Django's own request and response, the driver
and the database.  Each view issues as many statements as the product does for the same work,
on the same tables.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import uuid
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.identifiers import uuid7

if TYPE_CHECKING:
    from django.http import HttpRequest

_TYPE: Final = "application/scim+json"
_CREDENTIAL: Final = """
SELECT token.tenant_id, token.name, source.name FROM scim_bearertoken token
JOIN scim_source source ON source.id = token.source_id WHERE token.digest = %s
"""
_COLUMNS: Final = """id, user_name, external_id, email, given_name, family_name, display_name,
active, role, attributes, created, last_modified, version"""
_WITH_USER: Final = f"""
SELECT found.tenant_id, found.token, found.source, u.* FROM (
  SELECT token.tenant_id, token.name AS token, source.name AS source FROM scim_bearertoken token
  JOIN scim_source source ON source.id = token.source_id WHERE token.digest = %s
) found
LEFT JOIN (SELECT tenant_id AS owner, {_COLUMNS} FROM accounts_user) u
  ON u.owner = found.tenant_id AND u.id = %s
"""  # noqa: S608
_BY_NAME: Final = f"SELECT {_COLUMNS} FROM accounts_user WHERE tenant_id = %s AND user_name_ci = %s"  # noqa: S608
_PAGE: Final = f"SELECT {_COLUMNS} FROM accounts_user WHERE tenant_id = %s ORDER BY id LIMIT 100"  # noqa: S608
_COUNT: Final = "SELECT sum(users) FROM accounts_usercount WHERE tenant_id = %s"
_AUDIT: Final = """
INSERT INTO accounts_auditentry (tenant_id, at, actor, action, target_type, target_id, target,
  details)
"""
_INSERT: Final = f"""
WITH made AS (
  INSERT INTO accounts_user (id, tenant_id, password, user_name, user_name_ci, external_id, email,
    email_ci, given_name, family_name, display_name, active, role, attributes, created,
    last_modified, version)
  VALUES (%s, %s, '!', %s, %s, '', %s, %s, 'Given', 'Family', 'Given Family', true, 'member',
    %s, now(), now(), 1) RETURNING id, tenant_id
) {_AUDIT} SELECT tenant_id, now(), 'floor', 'user.created', 'user', id::text, '', '{{}}' FROM made
"""  # noqa: S608
# The sessions of who is switched off are ended by a trigger of the table.
_SWITCH: Final = f"""
WITH changed AS (
  UPDATE accounts_user SET active = NOT active, version = version + 1, last_modified = now()
  WHERE tenant_id = %s AND id = %s RETURNING id, tenant_id
) {_AUDIT} SELECT tenant_id, now(), 'floor', 'user.updated', 'user', id::text, '', '{{}}'
FROM changed
"""  # noqa: S608
_ADD: Final = """
INSERT INTO accounts_directorygroupmember (tenant_id, group_id, user_id) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING
"""
_TOUCH: Final = """
UPDATE accounts_directorygroup SET version = version + 1, last_modified = now()
WHERE tenant_id = %s AND id = %s
"""
_AUDIT_GROUP: Final = (
    f"{_AUDIT} VALUES (%s, now(), 'floor', 'group.updated', 'group', %s, '', '{{}}')"
)
_ATTRIBUTES: Final = (
    '{"emails": [{"type": "work", "value": "%s", "primary": true}], "title": "Engineer"}'
)
_NUMBERS: Final = itertools.count()
_RESOURCE: Final = (
    b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",'
    b'"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],'
    b'"id":"01900000-0000-7000-8000-000000000001","userName":"user1@acme.example",'
    b'"name":{"familyName":"Family","givenName":"Given"},"displayName":"Given Family",'
    b'"emails":[{"type":"work","value":"user1@acme.example","primary":true}],'
    b'"title":"Engineer","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":'
    b'{"department":"Research"},"active":true,"groups":[{"value":"role:member","display":'
    b'"Member","type":"direct"}],"meta":{"resourceType":"User","created":"2026-01-01T00:00:00Z",'
    b'"lastModified":"2026-01-01T00:00:00Z","location":"http://127.0.0.1:8000/scim/v2/Users/'
    b'01900000-0000-7000-8000-000000000001","version":"W/\\"1\\""}}'
)
_LIST: Final = (
    b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":%d,'
    b'"startIndex":1,"itemsPerPage":%d,"Resources":[%s]}'
)
_ONE: Final = _LIST % (1, 1, _RESOURCE)
_HUNDRED: Final = _LIST % (5000, 100, b",".join([_RESOURCE] * 100))


@csrf_exempt
def collection(request: HttpRequest) -> HttpResponse:
    """Create a user, or read the one whose name is asked for, or the first hundred."""
    with connection.cursor() as cursor:
        tenant = _tenant(cursor, request)
        if request.method == "POST":
            return _create(cursor, tenant)
        wanted = request.GET.get("filter", "")
        if wanted:
            cursor.execute(_BY_NAME, [tenant, wanted.partition('"')[2].rstrip('"')])
            cursor.fetchall()
            return HttpResponse(_ONE, content_type=_TYPE)
        cursor.execute(_PAGE, [tenant])
        cursor.fetchall()
        cursor.execute(_COUNT, [tenant])
        cursor.fetchall()
        return HttpResponse(_HUNDRED, content_type=_TYPE)


@csrf_exempt
def resource(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Read a user, or switch them on or off."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_USER, [_digest(request), user_id])
        tenant = cursor.fetchone()[0]
        if request.method == "PATCH":
            cursor.execute(_SWITCH, [tenant, user_id])
    return HttpResponse(_RESOURCE, content_type=_TYPE)


@csrf_exempt
def group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Add the member that the query names to a group."""
    with connection.cursor() as cursor:
        tenant = _tenant(cursor, request)
        with transaction.atomic():
            cursor.execute(_ADD, [tenant, group_id, request.GET["member"]])
            cursor.execute(_TOUCH, [tenant, group_id])
            cursor.execute(_AUDIT_GROUP, [tenant, str(group_id)])
    return HttpResponse(status=204)


def _create(cursor: Any, tenant: int) -> HttpResponse:
    name = f"floor{os.getpid()}-{next(_NUMBERS)}-{uuid.uuid4().hex}@acme.example"
    user_id = uuid7()
    cursor.execute(_INSERT, [user_id, tenant, *[name] * 4, _ATTRIBUTES % name])
    return HttpResponse(_RESOURCE, status=201, content_type=_TYPE)


def _tenant(cursor: Any, request: HttpRequest) -> int:
    cursor.execute(_CREDENTIAL, [_digest(request)])
    return int(cursor.fetchone()[0])


def _digest(request: HttpRequest) -> str:
    secret = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    return hashlib.sha256(secret.encode()).hexdigest()
