"""A vendor's API made from the vendor's own OpenAPI document: it refuses what the document does not allow.

Answers are generated from the document's schemas. What a schema cannot say is added: the buckets of an answer are the
days that the request asks for, and the answer is the last page.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.recorded_api import Asked, RecordedApi, Reply, epoch, page


class OpenApiApi(RecordedApi):
    """Serves a document, or its own examples. `faults` says what requests did that it does not allow."""

    def __init__(self, path: Path, uses_examples: bool = False) -> None:
        super().__init__({})
        self._document = json.loads(path.read_text(encoding="utf-8"))
        self._uses_examples = uses_examples
        self.faults: list[str] = []

    def reply_to(self, asked: Asked) -> Reply:
        if asked.path in self.answerers or self.said_first[asked.path]:
            return super().reply_to(asked)
        self.asked.append(asked)
        found = self._operation(asked)
        if found is None:
            return page({"error": {"message": "not in the document"}}, status=404)
        operation, path = found
        faults = self._faults(asked, operation, path)
        if faults:
            self.faults += [f"{asked.method} {asked.path}: {fault}" for fault in faults]
            return page({"error": {"message": "; ".join(faults)}}, status=422)
        content = operation["responses"]["200"]["content"]["application/json"]
        if self._uses_examples and "example" in content:
            return page(content["example"])
        example = content.get("example")
        document = self._made(content["schema"], "", _kind(example))
        if isinstance(document, dict) and "start_time" in asked.query:
            document["data"] = _by_day(document["data"][0], asked)
        if isinstance(document, dict) and "has_more" in document:
            document |= {"has_more": False}
            document |= {"next_page": None} if "next_page" in document else {}
        return page(document)

    def _operation(self, asked: Asked) -> tuple[dict[str, Any], str] | None:
        # A path without placeholders goes before one whose placeholder would take it.
        for path, operations in sorted(
            self._document["paths"].items(), key=lambda item: "{" in item[0]
        ):
            pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))
            if re.fullmatch(pattern, asked.path) and asked.method.lower() in operations:
                return operations[asked.method.lower()], path
        return None

    def _faults(self, asked: Asked, operation: dict[str, Any], path: str) -> list[str]:
        declared = {
            parameter["name"]: parameter
            for parameter in (
                *map(self._resolved, operation.get("parameters", [])),
                *map(self._resolved, self._document["paths"][path].get("parameters", [])),
            )
            if parameter["in"] == "query"
        }
        faults = [f"no parameter {name}" for name in asked.query if name not in declared]
        faults += [
            f"{name} is missing"
            for name, parameter in declared.items()
            if parameter.get("required") and name not in asked.query
        ]
        for name, values in asked.query.items():
            schema = self._resolved(declared.get(name, {}).get("schema", {}))
            items = (
                self._resolved(schema.get("items", {})) if schema.get("type") == "array" else schema
            )
            if schema.get("type") != "array" and len(values) > 1:
                faults.append(f"{name} is given {len(values)} times")
            faults += [f"{name}={value}" for value in values if not _allowed(value, items)]
        if not asked.headers.get("authorization", "").startswith("Bearer "):
            faults.append("no bearer token")
        return faults

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for key in schema["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            schema = found
        return schema

    def _made(self, schema: dict[str, Any], name: str, kind: str | None) -> Any:
        """A value of the schema; of several shapes the one that calls itself `kind`."""
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for choices in ("oneOf", "anyOf"):
            if choices in schema:
                shapes = [self._resolved(shape) for shape in schema[choices]]
                shapes = [shape for shape in shapes if shape.get("type") != "null"]
                fitting = [shape for shape in shapes if kind in _names_of(shape)]
                return self._made((fitting or shapes)[0], name, kind)
        if "allOf" in schema:
            merged: dict[str, Any] = {}
            for part in schema["allOf"]:
                made = self._made(part, name, kind)
                merged |= made if isinstance(made, dict) else {}
            return merged
        match schema.get("type"):
            case "array":
                return [self._made(schema["items"], name, kind)]
            case "integer":
                return (
                    1_700_000_000
                    if schema.get("format") == "unixtime" or name.endswith("_at")
                    else 7
                )
            case "number":
                return 0.25
            case "boolean":
                return True
            case "string":
                return _text(schema, name)
            case _:
                return {
                    key: self._made(value, key, kind)
                    for key, value in schema.get("properties", {}).items()
                }


def _text(schema: dict[str, Any], name: str) -> str:
    if "currency" in name:
        return "usd"
    if schema.get("format") == "date-time":
        return "2026-05-01T00:00:00Z"
    if schema.get("format") == "date":
        return "2026-05-01"
    if schema.get("format") == "uuid":
        return "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
    return f"{name}_1"


def _names_of(shape: dict[str, Any]) -> list[str]:
    return list(shape.get("properties", {}).get("object", {}).get("enum", []))


def _kind(example: Any) -> str | None:
    """What the records of an example call themselves."""
    data = example.get("data") if isinstance(example, dict) else None
    results = data[0].get("results") if data and isinstance(data[0], dict) else None
    return str(results[0]["object"]) if results else None


def _allowed(value: str, schema: dict[str, Any]) -> bool:
    if "enum" in schema and value not in schema["enum"]:
        return False
    match schema.get("type"):
        case "integer":
            return value.isdecimal()
        case "boolean":
            return value in ("true", "false")
        case _:
            return True


def _by_day(bucket: dict[str, Any], asked: Asked) -> list[dict[str, Any]]:
    def day(name: str) -> date:
        return datetime.fromtimestamp(int(asked.query[name][0]), UTC).date()

    count = (day("end_time") - day("start_time")).days
    days = [day("start_time") + timedelta(days=n) for n in range(count)]
    return [
        {**bucket, "start_time": epoch(d), "end_time": epoch(d + timedelta(days=1))} for d in days
    ]
