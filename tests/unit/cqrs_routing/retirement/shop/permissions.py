from rest_framework.permissions import BasePermission


class IsMember(BasePermission): ...


class IsOwner(BasePermission): ...


class IsClerk(BasePermission): ...
