"""How the portal is served: threads that stream, one event loop beside them that fetches.

Every open stream holds a thread for as long as its slowest section is waited for, so there must be
about pages per second x hard limit x 1.3 of them.
"""

import gc
from typing import Any

from portal.draining import drain

worker_class = "gthread"
workers = 1
threads = 64
keepalive = 30
timeout = 60
# A page is sent within the hard limit, and what is in the air has five seconds more.
graceful_timeout = 15
accesslog = None
errorlog = "-"
loglevel = "warning"
# Nobody steers it that way, and the folder that it would write in is read-only or shared.
control_socket_disable = True
# The fetch thread must start after the fork.
preload_app = False


def worker_exit(_server: Any, worker: Any) -> None:
    """What was begun is finished. A worker that never came to serve has nothing to."""
    app = getattr(worker, "wsgi", None)
    if "house" in getattr(app, "extensions", {}):
        drain(app)


def post_worker_init(worker: Any) -> None:
    """No page in Swedish waits for templates to be compiled. What lives as long as the process is
    then set aside, so that the collector does not walk it for every few hundred rows of a page."""
    pages = worker.wsgi.extensions["house"].pages
    pages.compile("sv")
    pages.compile_beside()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
