"""People."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.identifiers import uuid7
from accounts.models.compared_names import ComparedNameField
from accounts.models.searched_text import FOLDED, FoldedText
from accounts.models.tenants import Tenant
from accounts.names import MARK, email_key, user_name_key
from accounts.person_names import name_beside_user_name, person_name
from accounts.secrets.passwords import hash_of, judge
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager

UNICODE_COLLATION = "gatehouse_unicode"
"""Made by the first migration: letter case by Unicode's rules, whatever the server's locale."""

"""Of a display name where the user name stands beside it, so that both find room."""


class Role(models.TextChoices):
    """What a person may do in the console; everybody has exactly one role."""

    MEMBER = "member", _("Member")
    EDITOR = "editor", _("Editor")
    CHANGE_REQUEST_MANAGER = "changeRequestManager", _("Change request manager")
    ACCESS_REVIEW_MANAGER = "accessReviewManager", _("Access review manager")
    CONNECTOR_ADMIN = "connectorAdmin", _("Connector admin")
    ADMIN = "admin", _("Admin")


def domain_of(field: str) -> Func:
    """Return the expression for what follows the last ``@`` of an address column."""
    return Func(
        F(field), Value("@"), Value(-1), function="SPLIT_PART", output_field=models.CharField()
    )


class UserManager(TenantScopedManager["User"], BaseUserManager["User"]):
    """Reach only users in scope."""


class User(AbstractBaseUser):
    """A person: the account that signs in, and the SCIM User resource.

    ``user_name`` and ``email`` are shown as they were sent, and compared by ``user_name_ci`` and
    ``email_ci`` (:mod:`accounts.names`).  Attributes that are searched, shown or decide something
    are columns; ``attributes`` holds the rest of the SCIM resource as the identity provider sent
    it, in canonical form; ``source_ids`` are the sources that made or changed the person
    (:mod:`accounts.managed`).  An inactive user stays visible to the identity provider and cannot
    sign in.  Only operators of the deployment have no tenant.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Half a dozen indexes begin with the tenant; one of the tenant alone would only be kept up.
    tenant = TenantForeignKey(null=True, db_index=False)
    user_name = models.CharField(_("user name"), max_length=255)
    user_name_ci = ComparedNameField(of="user_name", maker=user_name_key)
    external_id = models.CharField(_("external id"), max_length=255, blank=True, default="")
    email = models.CharField(_("e-mail address"), max_length=320, blank=True, default="")
    email_ci = ComparedNameField(of="email", maker=email_key, blank=True, default="")
    given_name = models.CharField(_("given name"), max_length=255, blank=True, default="")
    family_name = models.CharField(_("family name"), max_length=255, blank=True, default="")
    display_name = models.CharField(_("display name"), max_length=512, blank=True, default="")
    search_text = models.GeneratedField(
        expression=Func(
            Concat(
                F("user_name"),
                Value(" "),
                F("display_name"),
                Value(" "),
                F("given_name"),
                Value(" "),
                F("family_name"),
                Value(" "),
                F("email"),
            ),
            function=FOLDED,
        ),
        output_field=FoldedText(),
        db_persist=True,
    )
    active = models.BooleanField(_("active"), default=True)
    role = models.CharField(_("role"), max_length=30, choices=Role, default=Role.MEMBER)
    attributes: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("other attributes"), default=dict, blank=True, editable=False
    )
    # No key: a source that is deleted holds nobody any more, and nothing has to be rewritten.
    source_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_modified = models.DateTimeField(_("last modified"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    others_with_password: list[User]
    """Set at a sign-in with a password: further accounts at the address that have it, too."""

    has_just_left: bool = False
    """Set where they are deactivated: who is deleted at once was active before it began."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "user_name"
    EMAIL_FIELD = "mail_address"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user_name_ci"], name="user_name_unique_in_tenant"
            ),
            models.UniqueConstraint(
                fields=["user_name_ci"],
                condition=Q(tenant__isnull=True),
                name="user_name_unique_among_operators",
            ),
            models.UniqueConstraint(fields=["tenant", "id"], name="user_key_in_tenant"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="user_has_one_of_the_roles"
            ),
            models.CheckConstraint(condition=~Q(user_name=""), name="user_name_is_not_empty"),
        ]
        indexes = [
            models.Index(fields=["tenant", "email_ci"], name="user_email"),
            models.Index(
                fields=["tenant", "external_id"],
                name="user_external_id",
                condition=~Q(external_id=""),
            ),
            models.Index(fields=["tenant", "role", "id"], name="user_role"),
            # Of block ranges: any other index of a column that every change touches would have
            # every change rewrite all the indexes of the row.
            BrinIndex("last_modified", name="user_last_modified", pages_per_range=4),
            # Of three letters each: a search need not read everybody.
            GinIndex(
                fields=["tenant", "search_text"],
                name="user_search_text",
                opclasses=["int8_ops", "gin_trgm_ops"],
            ),
            # Sign-in knows an address before it knows a tenant.
            models.Index(fields=["email_ci"], name="user_email_any_tenant"),
            models.Index(fields=["user_name_ci"], name="user_name_any_tenant"),
            # So does the choice of the identity provider, by the domain of the address.
            models.Index(domain_of("email_ci"), "tenant", name="user_email_domain"),
            models.Index(domain_of("user_name_ci"), "tenant", name="user_name_domain"),
            # Few, if any: those who are called what nobody could be called today.
            models.Index(
                fields=["tenant"],
                name="user_name_marked",
                condition=Q(user_name_ci__startswith=MARK),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.get_full_name()

    @property
    def name_and_address(self) -> str:
        """What the person is called with the user name beside it, which tells namesakes apart."""
        return name_beside_user_name(self.get_full_name(), self.user_name)

    @property
    @override
    def is_active(self) -> bool:  # type: ignore[override]
        """Django's name for :attr:`active`."""
        return self.active

    @property
    def is_operator(self) -> bool:
        """Whether this is a person who runs the deployment rather than a tenant's user."""
        return self.tenant_id is None

    @property
    def is_admin(self) -> bool:
        """Whether this is an active system admin of a tenant."""
        return self.active and self.tenant_id is not None and self.role == Role.ADMIN

    @property
    def company(self) -> str:
        """The name of the person's tenant; operators have none."""
        return self.tenant.name if self.tenant else ""

    @property
    def mail_address(self) -> str:
        """Where mail to the person goes: the e-mail address, else the user name.

        Django binds a link to reset a password to it: one that was mailed elsewhere is void.
        """
        return self.email or self.user_name

    @property
    def is_staff(self) -> bool:
        """Django's question for its own admin: operators only."""
        return self.active and self.is_operator

    @override
    def set_password(self, raw_password: str | None) -> None:
        """Hash a new password, with the salt of other accounts at the same address.

        Raises:
            UnicodeError: It holds a character that no password may hold.
            HashingBusyError: Too many others are hashed at this moment.
        """
        from accounts.storage.salts import shared_salt  # noqa: PLC0415 - it asks for users

        if raw_password is None:
            super().set_password(None)
            return
        made = hash_of(raw_password, salt=shared_salt(self))
        # Links to reset it end when the hash is another one, even if the password is not.
        self.password = made if made != self.password else hash_of(raw_password)

    @override
    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether this is the person's password; one that is hashed as of old is renewed.

        Raises:
            HashingBusyError: Too many others are hashed at this moment.
        """
        if raw_password is None:
            return False
        [verdict] = judge(raw_password, [self.password], salts=1)
        if verdict.matches and not verdict.is_current:
            self.renew_hash(raw_password)
        return verdict.matches

    def renew_hash(self, raw_password: str) -> None:
        """Store the hash of the password that the person has, as it is made today."""
        former = self.password
        try:
            self.set_password(raw_password)
        except UnicodeError:  # It was chosen when it still could be, and goes on as it is.
            return
        # Unless somebody has chosen another one meanwhile.
        User.objects.filter(pk=self.pk, password=former).update(password=self.password)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Operators may do everything; tenants' users are judged by their role instead."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """See :meth:`has_perm`."""
        return self.is_staff

    def get_full_name(self) -> str:
        """Return what the person is called; see :mod:`accounts.person_names`."""
        return person_name(
            display_name=self.display_name,
            given_name=self.given_name,
            family_name=self.family_name,
            user_name=self.user_name,
        )

    def get_short_name(self) -> str:
        """Return the given name, or the longer forms."""
        return self.given_name or self.get_full_name()


__all__ = ["UNICODE_COLLATION", "Role", "Tenant", "User", "domain_of"]
