"""Which certificates sign, and which only vouch for those that do."""

from collections.abc import Sequence

from cryptography import x509


def split_chain(
    certificates: Sequence[x509.Certificate],
) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Return the certificates that sign, of one KeyInfo or file, and the authorities beside them.

    All certificates of one KeyInfo speak of one key: the one that signs and its chain (XML
    Signature 4.5.4). Whoever holds the key of an authority must not be able to sign people in.
    """
    leaves = [one for one in certificates if not _vouches(one, certificates)]
    if not leaves:
        return list(certificates), []
    return leaves, [one for one in certificates if one not in leaves]


def _vouches(one: x509.Certificate, beside: Sequence[x509.Certificate]) -> bool:
    """Tell whether ``one`` has issued another, or is the distant authority of one that was issued.

    Certificates that issued themselves stand side by side, as before and after a renewal.
    """
    issued = [other for other in beside if other != one and other.issuer != other.subject]
    if any(other.issuer == one.subject for other in issued):
        return True
    return _is_authority(one) and any(not _is_authority(other) for other in issued)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return constraints.value.ca
