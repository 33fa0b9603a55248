"""The pages of both admin sites, ``/console/`` and ``/platform/``: one room a subject."""
