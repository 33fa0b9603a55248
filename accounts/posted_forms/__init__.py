"""What a form showed, whether it still holds, and what was typed when a session ended."""
