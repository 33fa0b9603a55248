"""The audit trail and the request log."""
