"""The examples and captured traffic that lie beside the tests as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def load(name: str) -> Any:
    return json.loads((_HERE / name).read_text(encoding="utf-8"))


def patch(*operations: object) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def nested(depth: int) -> Any:
    """Return an object that holds an object that holds …, without recursion to make it."""
    value: Any = "bottom"
    for _ in range(depth):
        value = {"name": [value]}
    return value
