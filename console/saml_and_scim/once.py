"""Where the page keeps what it shows once; see :mod:`accounts.secrets.shown_once`."""

TOKEN = "shown_once_scim_token"  # noqa: S105 - the name of a place, not a secret
LINK = "shown_once_set_up_link"
