"""What an operator is told about an installation, in words."""
