"""How gunicorn serves the portal in production: `gunicorn billing_portal.wsgi --config deploy/gunicorn.py`."""

from __future__ import annotations

import os

bind = "0.0.0.0:8000"  # inside the container; compose publishes it on loopback, for the proxy
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * (os.cpu_count() or 1))
threads = 4
max_requests = 2000
max_requests_jitter = 200
timeout = 30
graceful_timeout = 25
keepalive = 5
accesslog = "-"
# No query string and no referrer: they may carry tokens of mails.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file must not wait for a disk
control_socket_disable = True
