"""The one log: sign-ins, SCIM requests, what goes out, jobs and changes on one page."""
