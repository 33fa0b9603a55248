"""The sign-on page (which is the ACS), our metadata, and Single Logout."""
