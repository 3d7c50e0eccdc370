"""What a project's own middleware does around its views."""

from functools import wraps

from django.http import HttpResponse

from cqrs_routing.middleware import RoutingMiddleware

from .views import Handled


class AroundViews:
    """Answers one kind of error, and adds to the context of template responses."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X-Around"] = "yes"
        return response

    def process_exception(self, request, error):
        if isinstance(error, Handled):
            return HttpResponse(f"handled: {error}", status=409)
        return None

    def process_template_response(self, request, response):
        if response.context_data is not None:
            response.context_data["name"] = "middleware"
        return response


def plainly(method):
    """``method`` as error trackers wrap it: by a plain function with its attributes, coroutine or not."""

    @wraps(method)
    def wrapper(*args, **kwargs):
        return method(*args, **kwargs)

    return wrapper


class Wrapped(RoutingMiddleware):
    """The routing middleware as error trackers put it in place."""

    def __init__(self, get_response):
        super().__init__(get_response)
        setattr(self, "process_view", plainly(self.process_view))  # noqa: B010
