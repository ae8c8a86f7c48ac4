"""What a person puts in themself: its forms, and what becomes of them."""

from portal.own import pages
from portal.own.desk import bp

__all__ = ["bp", "pages"]
