"""Admin pages of no single application: the operators' site, and what joins SAML and SCIM."""

from config.admin import deployment, jobs, licensing, security, tenants

__all__ = ["deployment", "jobs", "licensing", "security", "tenants"]
