"""*System settings › Security › SAML & SCIM*: the page that joins the two protocols."""
