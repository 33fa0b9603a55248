"""What people type and upload about their identity provider."""
