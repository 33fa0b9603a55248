"""What people ask for: the inbox of those who decide, and what helps them to."""
