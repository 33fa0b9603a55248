"""*Appearance*: the logo and the colour of a tenant."""
