"""Ask the web process of this container how it is. Exit status 0 when it can serve."""

from __future__ import annotations

import http.client
import os

host = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip()
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
connection.request("GET", "/healthz", headers={"Host": host})
raise SystemExit(connection.getresponse().status != http.client.OK)
