"""API errors that DRF does not bring along."""

from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """The object's state does not allow what was asked (409)."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "The object's current state does not allow this."
    default_code = "conflict"
