"""The identity providers that an admin can choose from, a data file each."""
