"""Verify: compare a read model's table with what its declaration says, while the system runs."""

from cqrs_read.verify.compare import Compared, Verified, compare, repair, verify
from cqrs_read.verify.differences import Difference

__all__ = ["Compared", "Difference", "Verified", "compare", "repair", "verify"]
