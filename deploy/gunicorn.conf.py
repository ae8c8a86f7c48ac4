"""How the portal is served: threads that stream, one event loop beside them that fetches.

Every open stream holds a thread for as long as its slowest section is waited for, so there must be
about pages per second x hard limit x 1.3 of them.
"""

worker_class = "gthread"
workers = 1
threads = 64
keepalive = 30
timeout = 60
graceful_timeout = 10
accesslog = None
errorlog = "-"
loglevel = "warning"
# The fetch thread must start after the fork.
preload_app = False
