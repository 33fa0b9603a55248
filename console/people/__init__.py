"""*User list* and *Edit user settings*."""
