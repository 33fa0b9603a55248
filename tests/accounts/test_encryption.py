"""What is encrypted at rest: by purpose, and again when the secret key changes."""

from __future__ import annotations

import base64
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as configured
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, Job, Tenant
from accounts.secrets.encryption import SealError, seal, seal_json, unseal, unseal_json
from accounts.secrets.sealed_fields import SealedTextField, sealed_columns
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from saml_sso.models import ServiceProviderKey
from saml_sso.services.keys import ensure_key
from tests.architecture.specimens import Specimens
from tests.support.sealed import leave_only

if TYPE_CHECKING:
    from django.db.models import Model
    from pytest_django.fixtures import Settings

    from accounts.secrets.sealed_fields import SealedField

OTHER_KEY = "another-secret-key-of-at-least-fifty-characters-0123456789"
PURPOSES = sorted({field.purpose for _model, field in sealed_columns()})


def before_purposes(plain: str) -> bytes:
    """Return ``plain`` as it was sealed before there were purposes."""
    info = b"gatehouse saml_sso encryption at rest"
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
    key = base64.urlsafe_b64encode(derived.derive(configured.SECRET_KEY.encode()))
    return Fernet(key).encrypt(plain.encode())


def test_every_sealed_column_has_a_purpose_of_its_own() -> None:
    assert len(PURPOSES) == len(sealed_columns()) > 1
    assert all(PURPOSES)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_was_sealed_for_one_purpose_opens_for_no_other(purpose: str) -> None:
    sealed, sealed_json = seal("secret", purpose), seal_json(["secret"], purpose)

    assert unseal(sealed, purpose) == "secret"
    assert unseal_json(sealed_json, purpose) == ["secret"]
    for other in {*PURPOSES, f"{purpose} "} - {purpose}:
        with pytest.raises(SealError):
            unseal(sealed, other)
        with pytest.raises(SealError):
            unseal_json(sealed_json, other)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_was_sealed_before_there_were_purposes_is_still_read(purpose: str) -> None:
    assert unseal(before_purposes("secret"), purpose) == "secret"


GONE = 999_999
"""The id of a tenant that is gone."""


def owners() -> list[tuple[type[Model], SealedField, str]]:
    """Return each sealed column with everybody to whom its rows may belong."""
    found = []
    for model, field in sealed_columns():
        tenant = model._meta.get_field("tenant")
        constraint = getattr(tenant, "db_constraint")  # noqa: B009 - the stubs know it not
        found.append((model, field, "a tenant"))
        found += [(model, field, "no tenant")] if tenant.null else []
        found += [] if constraint else [(model, field, "a tenant that is gone")]
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("model", "field", "owner"),
    [
        pytest.param(*each, id=f"{each[0].__name__}.{each[1].name} of {each[2]}")
        for each in owners()
    ],
)
def test_whatever_is_sealed_is_resealed_whoever_it_belongs_to(
    acme: Tenant, settings: Settings, model: type[Model], field: SealedField, owner: str
) -> None:
    is_text = isinstance(field, SealedTextField)
    sealed = seal("secret", field.purpose)
    with tenant_scope(acme):
        row = Specimens("specimen").of(model)
    ids = {"a tenant": acme.pk, "no tenant": None, "a tenant that is gone": GONE}
    others = [each for each in model._meta.concrete_fields if each.is_relation and each.null]
    with every_tenant():
        mine = model._default_manager.filter(pk=row.pk)
        model._default_manager.exclude(pk=row.pk).delete()
        mine.update(**{each.name: None for each in others})
        leave_only(model, field)
        mine.update(**{field.name: sealed.decode() if is_text else sealed, "tenant": ids[owner]})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = OTHER_KEY

    assert run(StringIO()) == {"encrypted_again": 1, "already": 0}

    settings.SECRET_KEY_FALLBACKS = []
    with every_tenant():
        value = mine.values_list(field.name, flat=True).get()
        entry = AuditEntry.objects.get(action="secrets.resealed")
    assert unseal(value.encode() if is_text else value, field.purpose) == "secret"
    assert entry.tenant_id == (acme.pk if owner == "a tenant" else None)


@pytest.mark.django_db
def test_what_no_key_opens_and_belongs_to_no_tenant_is_told(
    acme: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    with every_tenant():
        Job.objects.create(kind="x", queue="mail", sealed="gAAAAAB-not-ours", actor="x")

    with pytest.raises(CommandError, match=r"Failed: \(no tenant\)"):
        call_command("reseal_secrets")

    assert "(no tenant): 1 value is opened by none of the keys" in capsys.readouterr().out


def run(printed: StringIO) -> dict[str, object]:
    call_command("reseal_secrets", "--json", stdout=printed)
    return json.loads(printed.getvalue())  # type: ignore[no-any-return]


def stored(tenant: Tenant) -> str:
    with tenant_scope(tenant):
        return str(ServiceProviderKey.objects.get().private_key)


@pytest.fixture
def key_of(acme: Tenant, globex: Tenant) -> dict[str, str]:
    """The private key of each tenant, in clear."""
    found = {}
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            ensure_key(tenant=tenant)
            sealed = ServiceProviderKey.objects.get().private_key
            found[tenant.slug] = unseal(sealed.encode(), purpose_of_keys())
    return found


def purpose_of_keys() -> str:
    field = ServiceProviderKey._meta.get_field("private_key")
    assert isinstance(field, SealedTextField)
    return field.purpose


@pytest.mark.django_db
def test_after_resealing_nothing_stored_needs_the_earlier_key(
    acme: Tenant, globex: Tenant, key_of: dict[str, str], settings: Settings
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = OTHER_KEY

    assert run(StringIO()) == {"encrypted_again": 2, "already": 0}
    settings.SECRET_KEY_FALLBACKS = []
    for tenant in (acme, globex):
        opened = unseal(stored(tenant).encode(), purpose_of_keys())
        assert opened == key_of[tenant.slug]
    assert run(StringIO()) == {"encrypted_again": 0, "already": 2}
    with tenant_scope(acme):
        assert AuditEntry.objects.filter(action="secrets.resealed").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("key_of")
def test_what_no_key_opens_is_left_and_told_and_the_rest_is_resealed(
    acme: Tenant, globex: Tenant, settings: Settings
) -> None:
    with tenant_scope(acme):
        ServiceProviderKey.objects.update(private_key="gAAAAAB-not-ours")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = OTHER_KEY

    printed = StringIO()
    with pytest.raises(CommandError, match="acme"):
        call_command("reseal_secrets", stdout=printed)
    assert "acme: 1 value is opened by none of the keys" in printed.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    assert stored(acme) == "gAAAAAB-not-ours"
    assert unseal(stored(globex).encode(), purpose_of_keys())


@pytest.mark.django_db
@pytest.mark.usefixtures("key_of")
def test_what_was_sealed_before_there_were_purposes_is_sealed_for_its_own(acme: Tenant) -> None:
    with tenant_scope(acme):
        old = before_purposes("a key").decode("ascii")
        ServiceProviderKey.objects.update(private_key=old)

    assert run(StringIO()) == {"encrypted_again": 1, "already": 1}
    with pytest.raises(SealError):
        unseal(stored(acme).encode(), "another purpose")
