"""Prepared names: the form in which names are compared, for every door alike.

What is shown is what was sent.  Pure: no Django, nothing of another package of ours.
"""
