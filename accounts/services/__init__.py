"""Changes to accounts.  Every write to the models of this application starts here."""
