"""One search over people, groups, profiles, pages and settings."""
