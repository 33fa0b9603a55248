"""Step 2, *what your identity provider gave you*: a file, a text, an address, or by hand."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.outgoing.addresses import require_fetchable
from accounts.outgoing.errors import FetchError
from saml_sso.protocol.addresses import require_web_address
from saml_sso.protocol.certificate_files import MAX_FILE_BYTES
from saml_sso.protocol.errors import FileError, MetadataError
from saml_sso.protocol.metadata import METADATA_LIMITS
from saml_sso.services.documents import read_certificate_file, read_metadata_file, the_one
from saml_sso.services.metadata_address import fetch_metadata
from saml_sso.services.readings import Reading

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.models import IdentityProviderSettings
    from saml_sso.protocol.candidates import Candidate


class IdentityProviderForm(forms.Form):
    """The identity provider's half of the trust; everything is optional, one thing is enough.

    After a valid :meth:`is_valid`, :attr:`reading` is what was read.  Documents that were read
    come back in hidden fields (``kept``), so that nobody chooses a file twice.
    """

    certificate = forms.FileField(
        label=_("X.509 certificate"),
        required=False,
        allow_empty_file=True,
        help_text=_("PEM or DER, at most 100 KB. It is added beside those that are there."),
    )
    metadata = forms.FileField(
        label=_("Metadata XML"),
        required=False,
        allow_empty_file=True,
        help_text=_("At most 1 MB. One of the two is enough; metadata tells us more."),
    )
    metadata_text = forms.CharField(
        label=_("Or paste the metadata"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    metadata_url = forms.CharField(
        label=_("Or its https address"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("It is read again once a day."),
    )
    entity_id = forms.CharField(
        label=_("IdP entity ID"),
        required=False,
        max_length=1024,
        help_text=_("Also: Issuer, Identity Provider Identifier. Metadata fills it in."),
    )
    sso_url = forms.CharField(
        label=_("IdP sign-in URL"),
        required=False,
        max_length=2000,
        help_text=_("Also: Single sign-on URL, Login URL. Metadata fills it in."),
    )
    identity_provider = forms.CharField(
        label=_("The file holds several identity providers: choose one"),
        required=False,
        widget=forms.RadioSelect,
    )
    kept_metadata = forms.CharField(required=False, widget=forms.HiddenInput)
    kept_certificate = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, tenant: Tenant, row: IdentityProviderSettings, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tenant, self.row = tenant, row
        self.reading = Reading()
        self.kept: dict[str, str] = {}
        for name in ("entity_id", "sso_url", "metadata_url"):
            self.fields[name].initial = getattr(row, name)

    @property
    def offers_choice(self) -> bool:
        """Whether the metadata held several identity providers."""
        return bool(self._choice.choices)

    @override
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._read_metadata(cleaned)
        self._read_certificate(cleaned)
        self._check_details(cleaned)
        return cleaned

    def details(self) -> tuple[str, str]:
        """Return entity ID and sign-in URL as they were typed, or as they are."""
        return (
            self.cleaned_data["entity_id"] if "entity_id" in self.data else self.row.entity_id,
            self.cleaned_data["sso_url"] if "sso_url" in self.data else self.row.sso_url,
        )

    @property
    def _choice(self) -> forms.RadioSelect:
        widget = self.fields["identity_provider"].widget
        assert isinstance(widget, forms.RadioSelect)  # noqa: S101 - declared above
        return widget

    def _read_metadata(self, cleaned: dict[str, Any]) -> None:
        field, data = self._metadata_given(cleaned)
        if not field:
            return
        try:
            candidates = read_metadata_file(tenant=self.tenant, data=data, now=timezone.now())
            wanted = str(self.data.get("identity_provider", ""))
            self.reading.candidate = self._chosen(candidates, wanted)
        except FileError as error:
            if error.check != "several_identity_providers":
                self.add_error(field, error.message())
                return
            self.add_error("identity_provider", error.message())
        self.kept["kept_metadata"] = base64.b64encode(data).decode("ascii")

    def _chosen(self, candidates: tuple[Candidate, ...], wanted: str) -> Candidate:
        if len(candidates) > 1:
            names = [str(candidate.identity_provider.entity_id) for candidate in candidates]
            self._choice.choices = [(name, name) for name in names]
            if not wanted and self.row.entity_id in names:
                wanted = self.row.entity_id
                # By items(): a copy of a QueryDict itself would hold lists.
                self.data = {**dict(self.data.items()), "identity_provider": wanted}
        return the_one(candidates, entity_id=wanted if len(candidates) > 1 else None)

    def _metadata_given(self, cleaned: dict[str, Any]) -> tuple[str, bytes]:
        """Return which field holds metadata, and the document; newer things come first."""
        if cleaned.get("metadata") is not None:
            return "metadata", cleaned["metadata"].read(METADATA_LIMITS.size + 1)
        text, url = cleaned.get("metadata_text", "").strip(), cleaned.get("metadata_url", "")
        if text:
            return "metadata_text", text.encode()
        if url and url != self.row.metadata_url and not cleaned.get("kept_metadata"):
            return self._fetched(url)
        kept = _decoded(cleaned.get("kept_metadata", ""))
        if kept:
            self.reading.metadata_url = url
        return ("metadata", kept) if kept else ("", b"")

    def _fetched(self, url: str) -> tuple[str, bytes]:
        try:
            data = fetch_metadata(url)
        except FetchError as error:
            self.add_error("metadata_url", str(error))
            return "", b""
        self.reading.metadata_url = require_fetchable(url)
        return "metadata_url", data

    def _read_certificate(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("certificate") is not None:
            data = cleaned["certificate"].read(MAX_FILE_BYTES + 1)
        elif cleaned.get("kept_certificate"):
            data = _decoded(cleaned["kept_certificate"])
        else:
            return
        try:
            self.reading.certificate_file = read_certificate_file(data=data, now=timezone.now())
        except FileError as error:
            # It is not kept for the next form: it may be a private key.
            self.add_error("certificate", error.message())
            return
        self.kept["kept_certificate"] = base64.b64encode(data).decode("ascii")

    def _check_details(self, cleaned: dict[str, Any]) -> None:
        url = cleaned.get("sso_url", "").strip()
        if not url:
            return
        try:
            cleaned["sso_url"] = require_web_address(url, service="SingleSignOnService")
        except MetadataError:
            message = gettext("Enter an https address, such as https://idp.example.com/sso.")
            self.add_error("sso_url", ValidationError(message))


def _decoded(kept: str) -> bytes:
    try:
        return base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        return b""
