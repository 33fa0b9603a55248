"""How an installation is run: what is found out about it."""
