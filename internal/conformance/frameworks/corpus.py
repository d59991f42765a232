"""The corpus: requests to every operation of the documents, good ones and all the bad ones that we can think of.

Everything is derived from the documents: an operation that is added there gets its requests by itself.
"""

import bodies
import values
from documents import JSON, Case, Operation, marker, number, spelled


def cases(op: Operation):
    """Every request to one operation, the probe's only those about its members and parameters. Names are unique."""
    yield op.case("good")
    if not op.is_probe:
        yield from routing(op)
        yield from requests_around(op)
        if op.takes_bearer:
            yield from credentials(op)
        if op.schema is not None:
            yield from bodies.whole_bodies(op)
            yield from bodies.malformed_bodies(op)
            yield from bodies.content_types(op)
    for name, kind in op.in_path.items():
        yield from path_values(op, name, kind)
    for name, kind in op.in_query.items():
        yield from query_values(op, name, kind)
    if op.schema is None:
        return
    for name, schema in op.members.items():
        yield from member_values(op, name, schema)
    yield from member_sets(op)


def routing(op: Operation):
    path, query = op.filled(op.path), op.target().partition("?")[2]
    suffix = "?" + query if query else ""
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", op.method.lower()):
        if method != op.method:
            yield op.case(f"method: {method}", method=method)
    first, last = path[1:].split("/", 1)[0], path.rsplit("/", 1)[1]
    for name, target in {
        "a slash at the end": path + "/",
        "two slashes at the end": path + "//",
        "two slashes at the start": "/" + path,
        "a doubled slash": path.replace("/", "//").removeprefix("/"),
        "upper case": path.upper(),
        "an escaped letter": path.replace(f"/{first}", f"/%{ord(first[0]):02x}{first[1:]}", 1),
        "an escaped letter, upper case digits": path.replace(f"/{last}", f"/%{ord(last[0]):02X}{last[1:]}"),
        "an escaped slash": path.replace(f"/{last}", f"%2F{last}"),
        "a dot segment": path.replace(f"/{first}", f"/{first}/.", 1),
        "a double dot segment": path.replace(f"/{first}", f"/{first}/x/..", 1),
        "a semicolon": path + ";v=1",
        "a suffix": path + ".json",
        "a segment too many": path + "/x",
        "a segment too few": path.rsplit("/", 1)[0],
        "another letter at the end": path[:-1] + "_",
        "a letter too many": path + "_",
        "a space at the end": path + "%20",
        "a NUL at the end": path + "%00",
    }.items():
        yield op.case(f"path: {name}", target=target + suffix)
    yield op.case("path: root", target="/")
    yield op.case(
        "path: a slash at the end, another method",
        method="PATCH" if op.method != "PATCH" else "PUT",
        target=path + "/" + suffix,
    )


def requests_around(op: Operation):
    """Parts of a request that the operation does not ask for."""
    joint = "&" if op.in_query else "?"
    for name, rest in {
        "unknown": "unknown=1",
        "no value": "unknown",
        "empty": "",
        "only separators": "&&",
        "bad escapes": "a=%zz&%=1",
        "invalid UTF-8": "a=%ff&%c3%28=1",
        "unicode": "%F0%9D%84%9E=%C3%A9",
        "brackets": "a[]=1&a[b]=2",
        "semicolon": "a=1;b=2",
    }.items():
        yield op.case(f"more query: {name}", target=op.target() + joint + rest)
    if op.schema is None:
        for name, body, content_type in (
            ("JSON", b'{"a":1}', JSON),
            ("no JSON", b"{", JSON),
            ("text", b"hello", "text/plain"),
            ("no type", b"{}", None),
            ("invalid UTF-8", b"\xff", JSON),
            ("a content type alone", b"", JSON),
        ):
            yield Case(f"a body that is not asked for: {name}", op.method, op.target(), content_type, body)


def credentials(op: Operation):
    """Requests to a service that demands a credential. The token is one that the mock knows."""
    for name, authorization in {
        "none": None,
        "an empty header": "",
        "a space": " ",
        "no token": "Bearer",
        "a space for a token": "Bearer ",
        "a token alone": "default-token",
        "another scheme": "Basic czNjcjpzM2Ny",
        "a scheme that begins alike": "Bearers default-token",
        "a scheme that there is not": "s3cr default-token",
        "a colon behind the scheme": "Bearer: default-token",
        "a tab behind the scheme": "Bearer\tdefault-token",
        "good": "Bearer default-token",
        "in lower case": "bearer default-token",
        "in upper case": "BEARER default-token",
        "two spaces": "Bearer  default-token",
        "a space at the end": "Bearer default-token ",
        "spaces before the scheme": "  Bearer default-token",
    }.items():
        yield op.case(f"credential: {name}", strict=True, authorization=authorization)
    path, query = op.filled(op.path), op.target().partition("?")[2]
    yield op.case("credential: none, another method", method="PATCH", strict=True)
    yield op.case("credential: none, a path that there is not", target=path + "/x?" + query, strict=True)
    yield op.case("credential: none, no query", target=path, strict=True)
    if op.schema is None:
        return
    for name, body in {
        "no body": "",
        "no JSON": "{",
        "no UTF-8": b"\xff",
        "a list": "[]",
        "no members": "{}",
        "wrong members": spelled({m: "[{}]" for m in op.members}),
    }.items():
        yield op.case(f"credential: none, and the body: {name}", body=body, strict=True)
    yield op.case("credential: none, and a body that is a text", body="{", content_type="text/plain", strict=True)


def path_values(op: Operation, name, kind):
    assert kind == "integer"
    for what, text in values.INTEGER_TEXTS.items():
        yield op.case(f"path {name}: {what}", target=op.target().replace("/7", "/" + text, 1))
    for what, text in {"empty": "", "an escaped slash": "1%2F2", "an escaped question mark": "7%3Fa"}.items():
        yield op.case(f"path {name}: {what}", target=op.target().replace("/7", "/" + text, 1))
    if op.schema is None:
        return
    for what, body in {
        "no body": "",
        "no JSON": "{",
        "a list": "[]",
        "an empty object": "{}",
        "wrong members": spelled({m: "{}" for m in op.members}),
    }.items():
        yield op.case(f"path {name}: wrong, and the body: {what}", target=op.target().replace("/7", "/abc", 1), body=body)


def query_values(op: Operation, name, kind):
    path, base = op.target().partition("?")[::2]
    rest = "&".join(pair for pair in base.split("&") if not pair.startswith(name + "="))

    def ask(what, query):
        return op.case(f"query {name}: {what}", target=path + "?" + "&".join(filter(None, (rest, query))))

    yield op.case(f"query {name}: no query", target=path)
    value = "7" if kind == "integer" else "go"
    for what, query in {
        "absent": "",
        "a question mark alone": "&",
        "empty": f"{name}=",
        "no equals sign": name,
        "only an equals sign": "=" + value,
        "sent twice": f"{name}=x&{name}={value}",
        "sent twice, the last empty": f"{name}={value}&{name}=",
        "sent twice, the first empty": f"{name}=&{name}={value}",
        "sent twice, the last bad": f"{name}={value}&{name}=%zz",
        "in upper case": f"{name.upper()}={value}",
        "as a list": f"{name}[]={value}",
        "as a list with an index": f"{name}[0]={value}",
        "escaped name": f"%{ord(name[0]):02x}{name[1:]}={value}",
        "a space before the name": f"%20{name}={value}",
        "a plus before the name": f"+{name}={value}",
        "behind a semicolon": f"a=1;{name}={value}",
        "before a semicolon": f"{name}={value};a=1",
        "behind a bad pair": f"%zz=%zz&{name}={value}",
        "bad escape": f"{name}=%zz",
        "half an escape": f"{name}=%4",
        "a percent sign": f"{name}=%",
        "a bad escape among good": f"{name}=%41%zz%42",
        "a bad escape in the name": f"{name}%zz={value}",
        "invalid UTF-8": f"{name}=%ff%fe",
        "a surrogate": f"{name}=%ed%a0%80",
        "overlong": f"{name}=%c0%af",
        "cut off UTF-8": f"{name}=%f0%9d%84",
        "NUL": f"{name}=%00",
        "line breaks": f"{name}=%0d%0a",
        "two equals signs": f"{name}=a=b",
        "a plus": f"{name}=a+b",
        "an escaped plus": f"{name}=a%2Bb",
        "an escaped ampersand": f"{name}=a%26b",
        "beyond the BMP": f"{name}=%F0%9D%84%9E",
        "combining": f"{name}=e%CC%81",
        "a slash and a question mark": f"{name}=/a?b",
        "brackets": f"{name}=[1]",
        "long": f"{name}=" + "x" * 2000,
    }.items():
        yield ask(what, query)
    if kind == "integer":
        for what, text in values.INTEGER_TEXTS.items():
            yield ask(f"the number: {what}", f"{name}={text}")
    if op.schema is not None:
        yield op.case(f"query {name}: no query, and no body", target=path, body="")
        yield op.case(f"query {name}: no query, and wrong members", target=path, body=spelled({m: "null" for m in op.members}))


def member_values(op: Operation, name, schema):
    twin = name.removesuffix("_confirm") if name.endswith("_confirm") else name + "_confirm"

    def send(what, value):
        members = op.good | {name: value}
        if twin in op.members and value.startswith('"'):  # a password and its confirmation have to be the same
            members[twin] = value
        return op.case(f"{name}: {what}", body=spelled(members))

    yield op.case(f"{name}: absent", body=spelled({m: v for m, v in op.good.items() if m != name}))
    yield op.case(f"{name}: alone", body=spelled({name: op.good[name]}))
    yield op.case(f"{name}: null, the others absent", body=spelled({name: "null"}))
    yield op.case(f"{name}: in upper case", body=spelled({m.upper() if m == name else m: v for m, v in op.good.items()}))
    yield op.case(
        f"{name}: with a space in the name", body=spelled({m + " " if m == name else m: v for m, v in op.good.items()})
    )
    yield op.case(
        f"{name}: with an escaped name",
        body=spelled({f"\\u{ord(m[0]):04x}{m[1:]}" if m == name else m: v for m, v in op.good.items()}),
    )
    yield op.case(f"{name}: twice", body=spelled(op.good)[:-1] + f',"{name}":{op.good[name]}}}')
    yield op.case(f"{name}: twice, the first wrong", body=spelled({name: "[]"})[:-1] + "," + spelled(op.good)[1:])
    yield op.case(f"{name}: twice, the last wrong", body=spelled(op.good)[:-1] + f',"{name}":[]}}')
    text, digits = marker(schema), number(schema)
    found = values.of_every_kind(text, digits)
    match schema["type"]:
        case "string":
            found |= values.strings(schema, text)
        case "integer":
            found |= values.integers()
        case "number":
            found |= values.integers() | values.floats()
        case "boolean":
            found |= values.booleans()
        case "array":
            found |= values.lists()
        case "object":
            found |= values.objects()
    for what, value in found.items():
        yield send(what, value)


def member_sets(op: Operation):
    names = list(op.members)
    good = op.good

    def every(value):
        return spelled({name: value for name in names})

    for what, body in {
        "none": "{}",
        "all null": every("null"),
        "all false": every("false"),
        "all strings": every('"text-string"'),
        "all empty strings": every('""'),
        "all numbers": every("5"),
        "all fractions": every("1.5"),
        "all lists": every("[]"),
        "all objects": every("{}"),
        "all lists of null": every("[null]"),
        "in reverse order": spelled(dict(reversed(good.items()))),
        "in reverse order, all wrong": spelled({name: "[[]]" for name in reversed(names)}),
        "in reverse order, the last wrong and the first absent": spelled({name: "{}" for name in reversed(names[1:])}),
        "each of another kind": spelled(
            {name: ("null", "5", "[]", "{}", '"x"', "true", "1.5")[i % 7] for i, name in enumerate(names)}
        ),
        "one more": spelled(good | {"unknown": "1"}),
        "one more of every kind": spelled(
            good | {f"unknown{i}": v for i, v in enumerate(("null", '"x"', "[]", "{}", "1.50", "true", "1e400"))}
        ),
        "one more, and none of the others": '{"unknown":{"a":[1,2]}}',
        "one more whose name is empty": spelled({"": "1"} | good),
        "one more, beyond ASCII": spelled(good | {"é𝄞": '"é𝄞"'}),
        "one more, named like Python's": spelled(good | {"__class__": '"x"', "__proto__": "{}"}),
        "one more, dotted": spelled(good | {names[0] + ".x": "1"}),
        "one more, nested 100 deep": spelled(good | {"unknown": "[" * 100 + "]" * 100}),
        "one more, twice": spelled(good)[:-1] + ',"unknown":1,"unknown":2}',
        "one more, not a number": spelled(good | {"unknown": "NaN"}),
        "one more, half a surrogate": spelled(good | {"unknown": '"\\ud800"'}),
        "one more, an integer of 4301 digits": spelled(good | {"unknown": "1" * 4301}),
        "50 more, and none of the others": spelled({f"unknown{i}": str(i) for i in range(50)}),
        "one more before, all wrong": spelled({"unknown": '{"a":1.0}'} | {name: "[{}]" for name in names}),
        "with spaces and line breaks": "\n{\t"
        + " ,\r\n".join(f' "{name}" :  {value} ' for name, value in good.items())
        + "}\r\n ",
        "wrong, with spaces and line breaks": "\n{\t"
        + " ,\r\n".join(f' "{name}" :  [ {{ }} , 1 ] ' for name in names)
        + "}\r\n ",
        "all inside a list": "[" + spelled(good) + "]",
        "all inside an object": '{"body":' + spelled(good) + "}",
        "all inside a string": '"' + spelled(good).replace("\\", "\\\\").replace('"', '\\"') + '"',
        "all inside an object named like the argument": '{"request":' + spelled(good) + "}",
    }.items():
        yield op.case(f"members: {what}", body=body)
