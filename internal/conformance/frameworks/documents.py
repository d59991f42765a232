"""The operations of the documents under openapi/ and of probe.yaml, and how a request to one is written.

Values are JSON texts and not Python objects, because how a value is spelled is part of what is asked.
"""

import dataclasses
import pathlib

import yaml

HERE = pathlib.Path(__file__).parent
OPENAPI = HERE.parents[2] / "openapi"
DOCUMENTS = (OPENAPI / "profile.yaml", OPENAPI / "subscription.yaml", HERE / "probe.yaml")
JSON = "application/json"

# Every text and number that is sent where a document marks a secret has one of these in it, as far as it can, so that a
# test can look for them.
SECRET, SECRET_NUMBER = "s3cr", "918273645"
PLAIN, PLAIN_NUMBER = "text", "123454321"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    method: str
    target: str
    content_type: str | None = None
    body: bytes = b""
    strict: bool = False  # asked where a credential is demanded
    authorization: str | None = None


@dataclasses.dataclass(frozen=True)
class Operation:
    """An operation of a document, with the request that it takes."""

    is_probe: bool
    takes_bearer: bool  # and nothing else; or no credential at all
    name: str
    method: str
    path: str
    in_query: dict[str, str]  # the types of the parameters
    in_path: dict[str, str]
    schema: dict | None
    members: dict[str, dict]
    good: dict[str, str]  # the body: JSON texts by member

    def target(self) -> str:
        return self.filled(self.path) + ("?" + self.good_query() if self.in_query else "")

    def filled(self, path: str) -> str:
        for name in self.in_path:
            path = path.replace("{" + name + "}", "7")
        return path

    def good_query(self) -> str:
        return "&".join(f"{name}={'7' if kind == 'integer' else 'go'}" for name, kind in self.in_query.items())

    def case(self, name: str, *, method=None, target=None, content_type=JSON, body=None, **credential) -> Case:
        if body is None and self.schema is not None:
            body = spelled(self.good)
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        if not body and self.schema is None:
            content_type = None
        target = self.target() if target is None else target
        return Case(name, method or self.method, target, content_type, body or b"", **credential)


def operations():
    """Every operation of the documents, in their order."""
    for path in DOCUMENTS:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for template, item in document["paths"].items():
            for method, source in item.items():
                yield operation(path.parent == HERE, document, method, template, source)


def operation(is_probe, document, method, template, source) -> Operation:
    parameters = source.get("parameters", [])
    schema, members = None, {}
    if "requestBody" in source:
        schema = resolved(document, source["requestBody"]["content"][JSON]["schema"])
        members = {name: resolved(document, s) for name, s in schema["properties"].items()}
    return Operation(
        is_probe,
        {scheme for way in source.get("security", []) for scheme in way} <= {"bearerAuth"},
        source["operationId"],
        method.upper(),
        template,
        {p["name"]: p["schema"]["type"] for p in parameters if p["in"] == "query"},
        {p["name"]: p["schema"]["type"] for p in parameters if p["in"] == "path"},
        schema,
        members,
        {name: good_value(document, s) for name, s in members.items()},
    )


def resolved(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def good_value(document, schema) -> str:
    if "enum" in schema:
        return f'"{schema["enum"][0]}"'
    match schema["type"]:
        case "string":
            text = "aa" if "pattern" in schema else marker(schema) + "ab"
            return f'"{text[: schema.get("maxLength")]}"'
        case "integer":
            return "30"
        case "number":
            return "1.5"
        case "boolean":
            return "true"
        case "array":
            return "[" + good_value(document, resolved(document, schema["items"])) + "]"
        case _:
            return spelled({m: good_value(document, resolved(document, s)) for m, s in schema.get("properties", {}).items()})


def is_secret(schema) -> bool:
    return schema.get("format") == "password" or schema.get("x-secret", False)


def marker(schema) -> str:
    return SECRET if is_secret(schema) else PLAIN


def number(schema) -> str:
    return SECRET_NUMBER if is_secret(schema) else PLAIN_NUMBER


def spelled(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"
