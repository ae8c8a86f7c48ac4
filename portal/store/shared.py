"""Redis or Valkey: what several processes share and may lose. What must not be lost is not here."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# As many as threads that may ask at once, with some that put.
_CONNECTIONS = 128
_RETRIES = 1


def connect(url: str, patience: float) -> "redis.Redis":
    """A client that waits `patience` seconds at most for each answer. Asks nothing yet.

    A connection that the server closed while nobody used it is made anew, once. Raises ValueError
    for an address that is none.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        max_connections=_CONNECTIONS,
        retry=Retry(NoBackoff(), _RETRIES),
    )
