"""``make bench``: what the hot paths cost, next to a bare view and to django-scim2."""
