"""The audit trail as people read it: what entries keep of a change, and the words for it.

:mod:`~accounts.trail.changes` is what writers keep, :mod:`~accounts.trail.telling` what pages show,
:mod:`~accounts.trail.search` how entries are found.  Further applications bring the words for what
they record (:mod:`~accounts.trail.sentences`, :mod:`~accounts.trail.labels`).
"""
