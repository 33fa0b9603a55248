"""The two admin sites: ``/platform/`` for operators, ``/console/`` for system admins."""

from __future__ import annotations
