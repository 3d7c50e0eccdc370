"""A place on the globe, in degrees. What is no number is no place, though the monolith takes it for one."""

from typing import Annotated

from pydantic import Field

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
