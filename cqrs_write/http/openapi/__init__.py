"""What drf-spectacular is told of views of commands. Without it installed nothing here is imported."""

from cqrs_write.http.openapi.documented import Documented

__all__ = ["Documented"]
