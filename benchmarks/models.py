"""What django-scim2 is measured over: the least that its default adapters want."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin
from typing_extensions import override


class PeerGroup(AbstractSCIMGroupMixin):  # type: ignore[misc]  # django-scim2 ships no types
    """A group, with the fields of ``django.contrib.auth``'s."""

    name = models.CharField(max_length=150, unique=True)

    class Meta:
        app_label = "benchmarks"

    @override
    def __str__(self) -> str:
        return str(self.name)


class PeerUser(AbstractSCIMUserMixin):  # type: ignore[misc]  # django-scim2 ships no types
    """A user, with the fields of ``django.contrib.auth``'s that the adapters read and write."""

    username = models.CharField(max_length=254, unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    scim_groups = models.ManyToManyField(PeerGroup, related_name="user_set")

    is_authenticated = True

    class Meta:
        app_label = "benchmarks"

    @override
    def __str__(self) -> str:
        return str(self.username)


class PeerToken(models.Model):
    """A bearer token by its digest, and the user on whose behalf it calls."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(PeerUser, on_delete=models.CASCADE)

    objects: ClassVar[models.Manager[PeerToken]] = models.Manager()

    class Meta:
        app_label = "benchmarks"

    @override
    def __str__(self) -> str:
        return self.digest[:8]
