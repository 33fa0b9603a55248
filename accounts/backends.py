"""Sign-in with a password or a recovery code, which happens before a tenant is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import BaseBackend
from typing_extensions import override

from accounts.identifiers import read_uuid
from accounts.models import User
from accounts.secrets.passwords import judge
from accounts.signing_in.recovery import use_recovery_code
from accounts.storage.finding import accounts_of
from accounts.storage.salts import hashes_of_an_answer
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit

if TYPE_CHECKING:
    from django.http import HttpRequest


class SignInBackend(BaseBackend):
    """Authenticate by user name or e-mail address, and password.

    The same address may exist in several tenants; the password decides.  Whether the tenant
    lets people in with a password at all is the sign-in page's question, not this one's.
    """

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or not password:
            return None
        matching = accounts_with_password(username, password)
        if not matching:
            return None
        user, *user.others_with_password = matching
        return user

    @override
    def get_user(self, user_id: Any) -> User | None:
        key = read_uuid(str(user_id))
        if key is None:
            return None
        with every_tenant():
            return User.objects.select_related("tenant").filter(pk=key, active=True).first()


class RecoveryCodeBackend(BaseBackend):
    """Authenticate a system admin by address and one of their recovery codes, once."""

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        secret: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or not secret:
            return None
        for user in accounts_of(username):
            if user.tenant is None:
                continue
            with tenant_scope(user.tenant), audit.acting_as(user.user_name):
                if use_recovery_code(user=user, code=secret):
                    return user
        return None


def accounts_with_password(address: str, password: str) -> list[User]:
    """Return the active accounts at ``address``, in any tenant, that have this password.

    It costs as many hashes whoever has the address, see :mod:`accounts.secrets.passwords`.

    Raises:
        HashingBusyError: Too many others are hashed at this moment.
    """
    accounts = [user for user in accounts_of(address) if user.has_usable_password()]
    stored = [user.password for user in accounts]
    verdicts = judge(password, stored, salts=hashes_of_an_answer(stored))
    found = [(user, verdict) for user, verdict in zip(accounts, verdicts, strict=True)]
    with every_tenant():
        for user, verdict in found:
            if verdict.matches and not verdict.is_current:
                user.renew_hash(password)
    return [user for user, verdict in found if verdict.matches]
