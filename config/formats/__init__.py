"""How dates and times are written, one module for each language."""
