"""Middleware that notes which of its methods is called when, and tells it in a header."""

from django.http import HttpResponse
from django.utils.deprecation import MiddlewareMixin


class Notes(MiddlewareMixin):
    name = ""

    def note(self, request, method):
        request.noted = [*getattr(request, "noted", []), f"{self.name} {method}"]

    def process_request(self, request):
        self.note(request, "request")

    def process_view(self, request, view, args, kwargs):
        self.note(request, f"view {sorted(kwargs)}")

    def process_exception(self, request, error):
        self.note(request, f"exception {error!r}")

    def process_template_response(self, request, response):
        self.note(request, "template response")
        return response

    def process_response(self, request, response):
        self.note(request, "response")
        response["X-Order"] = "; ".join(request.noted)
        return response


class Outer(Notes):
    name = "outer"


class Inner(Notes):
    name = "inner"


class Refusing(Notes):
    """Answers in the view's place, as a maintenance page does."""

    name = "refusing"

    def process_view(self, request, view, args, kwargs):
        super().process_view(request, view, args, kwargs)
        return HttpResponse("closed", status=503)
