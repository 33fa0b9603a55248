"""The page of one person: what they have and why, who changed them, whether they are out."""
