"""The verbs of Chorus Pro."""

from __future__ import annotations

from chorus.services.cashing import record_payments as record_payments
from chorus.services.connecting import check_connection as check_connection
from chorus.services.connecting import look_after_connection as look_after_connection
from chorus.services.connecting import remind_of_password as remind_of_password
