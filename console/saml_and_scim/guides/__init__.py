"""Set-up guides: one TOML file for each identity provider, and what a page shows of it."""
