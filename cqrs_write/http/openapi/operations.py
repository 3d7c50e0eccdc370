"""Operations of views of commands, as OpenAPI has them. Imported only where drf-spectacular is."""

from http import HTTPStatus
from typing import Any, get_type_hints

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from cqrs_write.definition.command import Command, name_of
from cqrs_write.definition.registry import registry
from cqrs_write.http.openapi import headers, schemas
from cqrs_write.http.openapi.json_schema import as_openapi, json_schema
from cqrs_write.http.problems import kinds
from cqrs_write.http.problems.kinds import Kind
from cqrs_write.http.problems.problem import MEDIA_TYPE

JSON = "application/json"


# The types that the package gives are not those of its own code.
Base: Any = AutoSchema
Component: Any = ResolvedComponent


class ProblemOperation(Base):  # type: ignore[misc]
    """What all have in common: problems, and components that no serializer stands for."""

    def component(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """A reference to ``schema``, which is a component of the document from then on."""
        component = Component(name=name, type=Component.SCHEMA, schema=self.dialect(schema), object=name)
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference

    def dialect(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema in the words of the document's version of OpenAPI."""
        if spectacular_settings.OAS_VERSION.startswith("3.1"):
            return schema
        converted: dict[str, Any] = as_openapi(schema)
        return converted

    def problems(self, *of: Kind) -> dict[Any, Any]:
        """The answers that are problems of these kinds."""
        titles: dict[int, list[str]] = {}
        for kind in of:
            titles.setdefault(kind.status, []).append(f"{kind.title}.")
        problem = self.component("Problem", schemas.PROBLEM)
        return {(status, MEDIA_TYPE): OpenApiResponse(problem, " ".join(titles[status])) for status in titles}

    def general_errors(self, *statuses: int) -> dict[Any, Any]:
        """Errors that are problems only where the view says so."""
        if self.view.problem_json:
            return self.problems(*(Kind("", status, HTTPStatus(status).phrase) for status in statuses))
        phrases = {status: f"{HTTPStatus(status).phrase}." for status in statuses}
        return {status: OpenApiResponse(schemas.ANYTHING, phrases[status]) for status in statuses}


class StatusOperation(ProblemOperation):
    """Of the status resource."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [*super().get_override_parameters(), headers.retry_after(200)]

    def get_response_serializers(self) -> Any:
        refused = {**self.general_errors(403), **self.problems(kinds.NOT_WAITING)}
        return {
            200: self.view.serializer_class,
            **(refused if self.method == "DELETE" else {}),
            **self.general_errors(404),
        }


class AnyCommandOperation(ProblemOperation):
    """Of views that make commands, one or many."""

    def get_description(self) -> str:
        for described in (type(self.view), self.view.command_class):
            doc = vars(described).get("__doc__") or ""
            if doc and not doc.startswith(f"{described.__name__}("):  # as dataclasses write it
                return str(doc)
        return ""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        required = self.view.idempotency_key_required
        return [
            *super().get_override_parameters(),
            headers.idempotency_key(required=required),
            headers.correlation(),
            headers.retry_after(409, 503),
        ]

    def errors(self) -> dict[Any, Any]:
        statuses = [400, 401, 403, 404, 415] if "{" in self.path else [400, 401, 403, 415]
        key = (kinds.KEY_MISSING,) if self.view.idempotency_key_required else ()
        return {
            **self.general_errors(*statuses),
            **self.problems(*self.invalid(), *key, kinds.KEY_MALFORMED, kinds.KEY_IN_USE, kinds.KEY_REUSED),
            **self.problems(kinds.BODY_TOO_LARGE, kinds.QUEUE_FULL),
        }

    def invalid(self) -> tuple[Kind, ...]:
        """Problems with the command itself."""
        return (kinds.COMMAND_INVALID, kinds.COMMAND_REJECTED) if self.view.problem_json else ()

    def command(self) -> dict[str, Any]:
        """A reference to the schema of the command's fields."""
        command: type[Command] = self.view.command_class
        name = name_of(command)
        return self.component(name, self.typed(command, "validation", f"{name.partition('.')[0]}."))

    def typed(self, type_: Any, mode: Any, prefix: str) -> dict[str, Any]:
        schema, others = json_schema(type_, mode, prefix)
        for name, other in others.items():
            self.component(name, other)
        return schema


class CommandOperation(AnyCommandOperation):
    """Of a view that makes one command."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        required, success = self.view.precondition_required, self.view.success_status
        condition = [headers.if_match(required=required)] if self.view.has_etag() else []
        return [
            *super().get_override_parameters(),
            *headers.replay(success, 202, 400),
            *headers.preference(success, 202, wait=True),
            headers.location(),
            *condition,
        ]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation and "requestBody" in operation and self.view.takes_fields():
            operation["requestBody"]["required"] = True
        return operation

    def get_request_serializer(self) -> Any:
        if self.view.serializer_class is not None:
            return self.view.serializer_class
        schema = self.command() if self.view.takes_fields() else schemas.ANYTHING
        return {JSON: schema} if JSON in self.map_parsers() else schema

    def get_response_serializers(self) -> Any:
        return {
            self.view.success_status: OpenApiResponse(self.result(), "Executed."),
            202: OpenApiResponse(self.component("AcceptedCommand", schemas.ACCEPTED), "Accepted for later."),
            **self.errors(),
            **self.conditional(),
        }

    def conditional(self) -> dict[Any, Any]:
        missing = (kinds.PRECONDITION_MISSING,) if self.view.precondition_required else ()
        return self.problems(kinds.PRECONDITION_FAILED, *missing) if self.view.has_etag() else {}

    def result(self) -> dict[str, Any]:
        """Of the inline answer: what the handler says that it returns, if the view gives that unchanged."""
        if not self.view.answers_result():
            return schemas.ANYTHING
        handler = registry.of(self.view.command_class)
        try:
            returned = get_type_hints(handler.function, include_extras=True).get("return", Any)
        except NameError:  # an import for type checkers only
            return schemas.ANYTHING
        schema = self.typed(returned, "serialization", f"{handler.name}Result.")
        return self.dialect(schema) or schemas.ANYTHING


class BulkOperation(AnyCommandOperation):
    """Of a view that makes many commands."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [
            *super().get_override_parameters(),
            *headers.replay(202, 207, 400),
            *headers.preference(202, 207, wait=False),
        ]

    def get_request_serializer(self) -> Any:
        many = {
            "type": "array",
            "items": self.command(),
            "minItems": 1,
            "maxItems": self.view.max_commands,
        }
        wrapped = {"type": "object", "properties": {"commands": many}, "required": ["commands"]}
        return {JSON: {"oneOf": [many, wrapped]}}

    def get_response_serializers(self) -> Any:
        entry = self.component("CommandEntry", schemas.ENTRY)
        entries = {
            "type": "object",
            "properties": {"commands": {"type": "array", "items": entry}},
            "required": ["commands"],
        }
        return {
            202: OpenApiResponse(entries, "All are accepted."),
            207: OpenApiResponse(entries, "Some are accepted."),
            **self.errors(),
            **self.problems(kinds.TOO_MANY_COMMANDS, kinds.BODY_TOO_LARGE),
        }

    def invalid(self) -> tuple[Kind, ...]:
        return (kinds.COMMAND_INVALID, kinds.NONE_ACCEPTED)
