"""Granting what somebody wants to be trusted, or letting it wait: for a test, or for an admin."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.services.notices import notify_admins
from accounts.trail import audit
from saml_sso.errors import StaleProposalError, TooManyCertificatesError
from saml_sso.models import TrustProposal
from saml_sso.protocol.candidates import digest_of_trust, replaces
from saml_sso.protocol.certificates import MAX_CERTIFICATES
from saml_sso.services.announcing import announced
from saml_sso.services.configuration import add_certificates, lock_settings, save_identity_provider
from saml_sso.services.differences import differences_of_wish
from saml_sso.services.letters import change_waits
from saml_sso.services.switches import save_attributes
from saml_sso.trust import load_trust
from saml_sso.wishes import Wish

if TYPE_CHECKING:
    from saml_sso.models import SetUpLink
    from saml_sso.protocol.parties import IdentityProvider
    from saml_sso.trust import Trust

Origin = TrustProposal.Origin


class Course(Enum):
    """What became of a wish."""

    NOTHING = auto()
    """It asks for what is so already."""
    TRUSTED = auto()
    """It counts from now on."""
    CANDIDATE = auto()
    """It would replace the identity provider, and waits for a test."""
    WAITS = auto()
    """It came without a system admin, and waits for one."""


@announced
def offer(*, tenant: Tenant, wish: Wish, link: SetUpLink | None = None) -> Course:
    """Grant ``wish``, or let it wait if it came by ``link`` or would replace the trusted party.

    While SAML is off, nothing that is known signs anybody in, so every wish is granted at once.

    Raises:
        TooManyCertificatesError: There would be more than five certificates.
    """
    lock_settings(tenant)
    is_on = _is_on(tenant)
    trust = load_trust(tenant)
    if not _asks_for_more(wish, trust):
        return Course.NOTHING
    wanted = wish.party(trust.idp)
    if len(wanted.certificates) > MAX_CERTIFICATES:
        raise TooManyCertificatesError(
            _("At most %(most)d certificates are kept. First remove one that is no longer used.")
            % {"most": MAX_CERTIFICATES}
        )
    if is_on and link is not None:
        _let_wait(tenant, trust, wish, origin=Origin.LINK, link=link)
        return Course.WAITS
    if is_on and needs_test(wish, trust):
        _make_candidate(tenant, trust.idp, wish)
        return Course.CANDIDATE
    grant(tenant=tenant, wish=wish)
    return Course.TRUSTED


@announced
def accept(*, tenant: Tenant, proposal: TrustProposal, seen: str) -> Course:
    """Take up what waits for a system admin, as if the admin had brought it.

    Args:
        tenant: Whose scope is active.
        proposal: What a set-up link or the metadata URL brought.
        seen: The stamp (:func:`stamp_of`) of the difference that the admin was shown.

    Raises:
        StaleProposalError: The difference is another one by now.
        TooManyCertificatesError: There would be more than five certificates.
    """
    lock_settings(tenant)
    found = _as_seen(tenant, proposal, seen)
    wish = Wish.from_json(found.content)
    audit.record("saml.proposal_accepted", tenant, proposal=found.pk, made_by=found.made_by)
    found.delete()
    return offer(tenant=tenant, wish=wish)


@announced
def keep_candidate(*, tenant: Tenant, proposal: TrustProposal, seen: str) -> None:
    """Let the candidate stand although what is trusted has changed since it was made.

    Raises:
        StaleProposalError: The difference is another one than the admin was shown.
    """
    lock_settings(tenant)
    found = _as_seen(tenant, proposal, seen)
    found.base = digest_of_trust(load_trust(tenant).idp)
    found.save(update_fields=["base"])
    audit.record("saml.candidate_kept", tenant, proposal=found.pk)


@announced
def discard(*, tenant: Tenant, proposal: TrustProposal) -> None:
    """Forget the candidate, or what waits for a system admin; what is trusted stays as it is."""
    lock_settings(tenant)
    found = TrustProposal.objects.filter(pk=proposal.pk).first()
    if found is None:
        return
    action = "saml.candidate_discarded" if found.is_candidate else "saml.proposal_discarded"
    audit.record(action, tenant, proposal=found.pk, made_by=found.made_by)
    found.delete()


def let_metadata_wait(*, tenant: Tenant, found: IdentityProvider, metadata_url: str) -> None:
    """Keep what the metadata URL says now for a system admin, unless it waits or is tested."""
    trust = load_trust(tenant)
    wish = Wish(identity_provider=found, metadata_url=metadata_url)
    content = wish.to_json()
    if TrustProposal.objects.exclude(origin=Origin.LINK).filter(content=content).exists():
        return
    _let_wait(tenant, trust, wish, origin=Origin.METADATA_URL)


def forget_metadata_that_waits(*, tenant: Tenant) -> None:
    """Forget what the metadata URL of the tenant said before it said something else."""
    for found in TrustProposal.objects.filter(origin=Origin.METADATA_URL):
        audit.record("saml.proposal_withdrawn", tenant, proposal=found.pk, made_by=found.made_by)
        found.delete()


def grant(*, tenant: Tenant, wish: Wish) -> None:
    """Trust what is wished for, in the transaction of the caller."""
    trust = load_trust(tenant)
    if wish.identity_provider or wish.details:
        save_identity_provider(
            tenant=tenant, idp=wish.party(trust.idp), metadata_url=wish.metadata_url
        )
    elif wish.certificates:
        add_certificates(tenant=tenant, certificates=wish.certificates)
    save_attributes(tenant=tenant, attributes=wish.attributes)


def stamp_of(proposal: TrustProposal, trust: Trust) -> str:
    """Return what stands for a proposal beside what is trusted: for the difference as shown."""
    return f"{proposal.pk}.{digest_of_trust(trust.idp)[:32]}"


def is_stale(proposal: TrustProposal, trust: Trust) -> bool:
    """Whether what is trusted has changed since somebody saw how the proposal differs."""
    return proposal.base != digest_of_trust(trust.idp)


def _is_on(tenant: Tenant) -> bool:
    """Return whether SAML signs people in, and let nobody switch it until the transaction ends."""
    return Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk).saml_enabled


def _asks_for_more(wish: Wish, trust: Trust) -> bool:
    return bool(differences_of_wish(wish, trust))


def needs_test(wish: Wish, trust: Trust) -> bool:
    """Tell whether people may be kept out by what is wished for.

    An entity ID that somebody types is a guess until a response has come from it; one in metadata
    with a key that is trusted already is not.
    """
    is_guess = bool(wish.details.get("entity_id")) and trust.settings.is_tested
    return is_guess or replaces(trust.idp, wish.party(trust.idp))


def _make_candidate(tenant: Tenant, trusted: IdentityProvider, wish: Wish) -> None:
    """Put the wish beside what is trusted, in place of an earlier candidate."""
    earlier = TrustProposal.objects.filter(origin=Origin.CANDIDATE).first()
    if earlier is not None:
        audit.record(
            "saml.candidate_replaced", tenant, proposal=earlier.pk, made_by=earlier.made_by
        )
        earlier.delete()
    # What it wants is settled now, so that the test is of what the page shows.
    wanted = wish.party(trusted)
    settled = Wish(
        identity_provider=wanted, metadata_url=wish.metadata_url, attributes=wish.attributes
    )
    made = TrustProposal.objects.create(
        origin=Origin.CANDIDATE,
        made_by=audit.acting(),
        base=digest_of_trust(trusted),
        content=settled.to_json(),
    )
    row = lock_settings(tenant)
    row.candidate = made
    row.save(update_fields=["candidate"])
    audit.record(
        "saml.candidate_made",
        tenant,
        proposal=made.pk,
        entity_id=wanted.entity_id or "",
        sso_url=wanted.sso_url or "",
        certificates=[certificate.fingerprint for certificate in wanted.certificates],
    )


def _let_wait(
    tenant: Tenant, trust: Trust, wish: Wish, *, origin: str, link: SetUpLink | None = None
) -> None:
    """Keep the wish for a system admin, in place of an earlier one from there, and tell them."""
    earlier = TrustProposal.objects.filter(origin=origin, link=link).first()
    if earlier is not None:
        if link is not None:
            wish = wish.beside(Wish.from_json(earlier.content))
        audit.record("saml.proposal_replaced", tenant, proposal=earlier.pk, made_by=earlier.made_by)
        earlier.delete()
    made = TrustProposal.objects.create(
        origin=origin,
        link=link,
        made_by=audit.acting(),
        base=digest_of_trust(trust.idp),
        content=wish.to_json(),
    )
    audit.record("saml.proposal_made", tenant, proposal=made.pk, origin=origin)
    notify_admins(tenant=tenant, letter=change_waits(tenant, differences_of_wish(wish, trust)))


def _as_seen(tenant: Tenant, proposal: TrustProposal, seen: str) -> TrustProposal:
    found = TrustProposal.objects.filter(pk=proposal.pk).first()
    if found is None or stamp_of(found, load_trust(tenant)) != seen:
        raise StaleProposalError(
            _("This has changed since the page was shown. Look at the difference again.")
        )
    return found
