"""What people ask for, who grants it, until when, and taking it back."""
