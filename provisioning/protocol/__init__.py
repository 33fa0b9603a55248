"""What a SCIM client says and reads (RFC 7643, RFC 7644), pure."""
