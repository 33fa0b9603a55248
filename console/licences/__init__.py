"""Products, subscriptions, seats, and licences by CSV."""
