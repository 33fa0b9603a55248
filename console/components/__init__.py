"""The page that shows the parts of every page, for developers."""
