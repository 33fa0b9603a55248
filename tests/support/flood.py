"""``python -m tests.support.flood``: one client with very many connections that asks at once.

A process of its own, so that it takes no turns from the clients of the test beside it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from statistics import median
from urllib.parse import urlsplit


async def ask_on(
    url: str, token: str, end: float, answers: Counter[str], seconds: list[float]
) -> None:
    """Ask over one connection until ``end``; count each status, and whether it says when."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = (
        f"GET /scim/v2/Users?count=1 HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()
    while time.monotonic() < end:
        began = time.monotonic()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        await reader.readexactly(int(length))
        status = head.split(" ", 2)[1]
        if status == "200":
            seconds.append(time.monotonic() - began)
        answers[f"{status} with Retry-After" if "\nretry-after:" in head else status] += 1
    writer.close()
    await writer.wait_closed()


async def main(url: str, token: str, connections: int, seconds: float) -> dict[str, object]:
    """Ask over all connections; return what came, and the median of what being served took."""
    answers: Counter[str] = Counter()
    taken: list[float] = []
    end = time.monotonic() + seconds
    each = (ask_on(url, token, end, answers, taken) for _ in range(connections))
    await asyncio.gather(*each)
    return {"answers": answers, "p50": median(taken)}


if __name__ == "__main__":
    words = sys.argv[1:]
    found = asyncio.run(main(words[0], words[1], int(words[2]), float(words[3])))
    sys.stdout.write(json.dumps(found))
