"""The demo's HTML pages and static files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.template import Context, Engine

_HERE: Final = Path(__file__).parent
_ENGINE: Final = Engine(dirs=[str(_HERE / "templates")], autoescape=True)

STATIC_FILES: Final = {
    "/static/demo.css": ("text/css; charset=utf-8", (_HERE / "static/demo.css").read_bytes()),
    "/static/demo.js": ("text/javascript; charset=utf-8", (_HERE / "static/demo.js").read_bytes()),
}
"""Content type and content of each file, by its path in a URL."""


def render(template: str, values: Mapping[str, object]) -> bytes:
    """The page ``template`` with ``values`` filled in, every one escaped.

    The engine is used without Django's settings, which the demo's process does not load;
    values must therefore be text, or objects whose shown attributes are.
    """
    return _ENGINE.get_template(template).render(Context(dict(values))).encode()
