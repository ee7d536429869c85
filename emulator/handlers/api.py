"""Calls of AWS's APIs from inside the server, checked by botocore's own models.

CloudFormation creates a resource by calling the service's API. So do these handlers: properties are
converted to the shape of the call's input, checked by botocore's parameter validator, serialized in
the service's own protocol and answered by the same code that answers the AWS CLI.
"""

# ruff: noqa: ANN401 - what botocore and templates hold has no narrower type

import json
from collections.abc import Coroutine, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode

from botocore.loaders import Loader  # type: ignore[import-untyped, unused-ignore]
from botocore.model import ServiceModel  # type: ignore[import-untyped, unused-ignore]
from botocore.parsers import create_parser  # type: ignore[import-untyped, unused-ignore]
from botocore.serialize import create_serializer  # type: ignore[import-untyped, unused-ignore]
from botocore.validate import ParamValidator  # type: ignore[import-untyped, unused-ignore]

from .ministack_modules import service as ministack_service

# boto3's name of a service and ministack's name of its module, where they differ.
MODULES = {
    "elbv2": "alb",
    "logs": "cloudwatch_logs",
    "wafv2": "waf",
}
PROTOCOLS = ("json", "query", "ec2", "rest-json", "rest-xml")


class PropertyError(ValueError):
    """Properties that CloudFormation's API call would refuse."""


class ApiError(ValueError):
    """A call that the service refused, with CloudFormation's message for it."""

    def __init__(self, service: str, operation: str, code: str, message: str) -> None:
        super().__init__(f"{message} (Service: {service}, Operation: {operation}, Error: {code})")
        self.code = code


@cache
def model(service: str) -> Any:
    """botocore's model of a service."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def request(service: str, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The checked parameters of a call, from properties with CloudFormation's names."""
    shape = model(service).operation_model(operation).input_shape
    problems: list[str] = []
    params = _translate(dict(properties), shape, "", problems)
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        problems.append(report.generate_report())
    if problems:
        raise PropertyError(f"{operation}: " + "; ".join(problems))
    return dict(params)


def call(service: str, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Call an API of the emulated AWS and return its answer."""
    operation_model = model(service).operation_model(operation)
    params = request(service, operation, properties)
    offered = model(service).metadata.get("protocols", [model(service).metadata["protocol"]])
    protocol = next(name for name in PROTOCOLS if name in offered)
    wire = create_serializer(protocol, include_validation=False).serialize_to_request(params, operation_model)
    body = wire["body"]
    if isinstance(body, dict):
        body = urlencode(body, doseq=True).encode()
    elif isinstance(body, str):
        body = body.encode()
    headers = {key.lower(): value for key, value in wire["headers"].items()}
    path, _, in_path = wire["url_path"].partition("?")
    query = {key: [str(value)] for key, value in dict(wire["query_string"]).items()}
    query |= parse_qs(in_path, keep_blank_values=True)
    if service == "ecs":
        # Its handler uses a thread, because Docker blocks; here there is no Docker.
        module = ministack_service("ecs")
        response = module._finalize_ecs_response(module._dispatch_action(operation, json.loads(body)))
    else:
        handler = _module(service).handle_request(wire["method"], path, headers, body, query)
        response = _run(handler)
    status, answer_headers, answer = response
    content = answer.encode() if isinstance(answer, str) else answer
    parsed = create_parser(protocol).parse(
        {"status_code": status, "headers": answer_headers, "body": content}, operation_model.output_shape
    )
    if status >= 300:
        error = parsed.get("Error", {})
        raise ApiError(service, operation, error.get("Code", str(status)), error.get("Message", ""))
    return dict(parsed)


def _module(service: str) -> Any:
    if service == "application-autoscaling":
        from . import autoscaling

        return autoscaling
    return ministack_service(MODULES.get(service, service))


def _run(handler: Coroutine[Any, Any, tuple[int, dict[str, str], Any]]) -> tuple[int, dict[str, str], Any]:
    """Run a handler that never waits; none of the services used here does."""
    try:
        handler.send(None)
    except StopIteration as done:
        answer: tuple[int, dict[str, str], Any] = done.value
        return answer
    handler.close()
    raise RuntimeError("the handler waits; it cannot be called while a stack is deployed")


def _translate(value: Any, shape: Any, path: str, problems: list[str]) -> Any:
    """Convert CloudFormation's values to the API's: the case of names, and strings that contain numbers."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            name: _translate(item, shape.members[name], f"{path}.{name}", problems) if name in shape.members else item
            for name, item in ((_member(key, shape.members), item) for key, item in value.items())
        }
    if kind == "list" and isinstance(value, list):
        return [_translate(item, shape.member, f"{path}[{index}]", problems) for index, item in enumerate(value)]
    if kind == "map" and isinstance(value, dict):
        return {key: _translate(item, shape.value, f"{path}.{key}", problems) for key, item in value.items()}
    return _scalar(value, shape, path, problems)


def _member(key: str, members: Mapping[str, Any]) -> str:
    candidates = (key, key[:1].lower() + key[1:])
    return next((name for name in candidates if name in members), key)


def _scalar(value: Any, shape: Any, path: str, problems: list[str]) -> Any:
    """CloudFormation accepts "80" for 80 and 80 for "80", and sends the type that the API declares."""
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    elif shape.type_name in ("float", "double") and isinstance(value, str | int):
        try:
            value = float(value)
        except ValueError:
            return value
    elif shape.type_name == "boolean" and value in ("true", "false"):
        value = value == "true"
    elif shape.type_name == "string" and isinstance(value, bool | int | float):
        value = str(value).lower() if isinstance(value, bool) else str(value)
    # botocore's validator does not check these two.
    allowed = getattr(shape, "enum", None)
    if allowed and isinstance(value, str) and value not in allowed:
        problems.append(f"Value '{value}' at '{path[1:]}' must be one of: {', '.join(allowed)}")
    most = shape.metadata.get("max")
    if most is not None and isinstance(value, int) and not isinstance(value, bool) and value > most:
        problems.append(f"Value {value} at '{path[1:]}' must be at most {most}")
    return value
