"""Access reviews: somebody looks at who holds what, keeps or revokes it, and that is done."""
