from typing import Any


def held(read_model: Any) -> str:
    return "till told otherwise"
