"""The operators' pages: tenants, operators, failed sign-ins, jobs."""
