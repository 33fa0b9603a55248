"""Dates and times that nobody reads in two ways: the month in letters, 24 hours, the time zone.

Django's own for ``en`` are American: 11/12/2026 is the 12th of November there, and of December
elsewhere.
"""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i:s T"
SHORT_DATETIME_FORMAT = "j M Y, H:i T"
TIME_FORMAT = "H:i"
