"""The API's pagination."""

from rest_framework import pagination


class PageNumberPagination(pagination.PageNumberPagination):
    """Numbered pages of 25 rows; ``?page_size=`` asks for up to 200."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 200
