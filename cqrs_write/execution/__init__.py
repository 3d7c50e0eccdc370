"""Execution: workers take accepted commands lane by lane, and execute each once.

A command's effect and its state ``done`` are committed together. What a worker takes next is marked in the same
transaction, so that one which dies over it is found: the mark is there, and the lane's lock is free.
"""

from cqrs_write.execution.drain import Drained, drain

__all__ = ["Drained", "drain"]
