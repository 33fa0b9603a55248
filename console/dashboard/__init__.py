"""The first page of a tenant's console."""
