"""Everything that changes a tenant's SAML settings, or comes of a SAML message."""
