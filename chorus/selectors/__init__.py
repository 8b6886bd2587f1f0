"""The questions about Chorus Pro."""

from __future__ import annotations

from chorus.selectors.connection import connection as connection
from chorus.selectors.connection import connections_to_mend as connections_to_mend
