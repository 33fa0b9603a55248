"""Outbound provisioning: pushing people and groups to other applications."""
