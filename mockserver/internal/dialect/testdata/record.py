"""Records what FastAPI answers to bad requests, into fastapi.json.

    python3 -m venv venv && venv/bin/pip install fastapi==0.165.0 pydantic==2.14.3 starlette==1.10.0 httpx==0.28.1
    venv/bin/python record.py

The models say the same as openapi/profile.yaml, openapi/subscription.yaml and probe.yaml.
"""

import json
import pathlib
import sys
from typing import Any, Literal

import fastapi
import pydantic
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

app = FastAPI()


class ChangePassword(BaseModel):
    old_password: str = Field(min_length=6)
    new_password: str = Field(min_length=6)
    new_password_confirm: str = Field(min_length=6)
    verification_code: str


class ChangeName(BaseModel):
    first_name: str | None
    last_name: str | None


class ChangePaymentMethod(BaseModel):
    method: str
    details: dict[str, Any]


class CreateSubscription(BaseModel):
    is_trial: bool = False
    duration_days: int | None = None
    traffic_limit_gb: int | None = None
    device_limit: int | None = None
    squad_uuid: str | None = None
    connected_squads: list[str] | None = None
    replace_existing: bool = False


class Inner(BaseModel):
    name: str
    size: int = 0


class Probe(BaseModel):
    inner: Inner = None
    inners: list[Inner] = []
    short: str = Field("", max_length=3)
    single: str = Field("x", min_length=1)
    pattern: str = Field("a", pattern="^a+$")
    few: list[int] = Field([], max_length=2)
    some: list[int] = Field([1], min_length=1)
    choice: Literal["a", "b", "c"] = "a"
    ratio: float = 0


@app.put("/profile/password-change")
def change_password(body: ChangePassword): ...


@app.put("/profile/name-change")
def change_name(body: ChangeName): ...


@app.put("/profile/payment-method-change")
def change_payment_method(body: ChangePaymentMethod): ...


@app.delete("/profile/subscription")
def cancel_subscription(course_id: str): ...


@app.post("/users/{user_id}/subscription")
def create_subscription(user_id: int, body: CreateSubscription): ...


@app.post("/probe/{id}")
def probe(id: int, limit: int, body: Probe): ...


JSON = "application/json"
GOOD = {"old_password": "secret", "new_password": "secret2", "new_password_confirm": "secret2", "verification_code": "1"}
PASSWORD = ("PUT", "/profile/password-change")
NAME = ("PUT", "/profile/name-change")
PAYMENT = ("PUT", "/profile/payment-method-change")
CANCEL = ("DELETE", "/profile/subscription")
SUBSCRIBE = ("POST", "/users/7/subscription")
PROBE = ("POST", "/probe/7?limit=1")


def cases():
    yield "absent: every member", PASSWORD, "{}"
    yield "absent: some, the input is the enclosing object", PASSWORD, '{"old_password": "secret", "verification_code": "1"}'
    yield "absent: members stand in the order of the model", PASSWORD, '{"verification_code":1,"new_password":2}'
    for value in ("null", "5", "1.5", "true", "[]", "{}", '""', '"12345"', '"é€𝄞ab"', r'"\u00e9\u20ac\ud834\udd1eab"'):
        yield f"string: {value}", PASSWORD, '{"old_password":%s,"new_password":"secret","new_password_confirm":"secret","verification_code":"1"}' % value
    yield "string: null where it may be", NAME, '{"first_name":null}'
    yield "string: other than null or string", NAME, '{"first_name":5,"last_name":false}'
    for value in ("null", "[]", '"x"', "5"):
        yield f"dictionary: {value}", PAYMENT, '{"method":"m","details":%s}' % value
    for value in ("[]", '"x"', "null", "5", "true", "[1,2]", "1.5"):
        yield f"body: {value}", PASSWORD, value
    yield "body: empty", PASSWORD, ""
    yield "body: only spaces", PASSWORD, "   "
    for content_type in ("text/plain", "", "application/x-www-form-urlencoded", "application/jsonx", "bogus"):
        yield f"content type: {content_type or 'none'}", PASSWORD, json.dumps(GOOD), content_type
    for content_type in ("application/vnd.api+json", "application/json; charset=utf-8", "APPLICATION/JSON"):
        yield f"content type: {content_type}", PASSWORD, "{}", content_type
    yield "content type: wrong, and no body", PASSWORD, "", "text/plain"
    for body in MALFORMED:
        yield f"malformed: {body!r}", PASSWORD, body
    yield "query: missing", CANCEL, "", ""
    for user_id in ("abc", "1.5", "1e3", "0x1", "٣", "--1"):
        yield f"path: {user_id}", ("POST", f"/users/{user_id}/subscription"), "{}"
    yield "path and body", ("POST", "/users/abc/subscription"), "[]"
    yield "path and missing body", ("POST", "/users/abc/subscription"), ""
    yield "path and malformed body", ("POST", "/users/abc/subscription"), "{"
    yield "path, query and body", ("POST", "/probe/x"), '{"short":5}'
    yield "query: last of several", ("POST", "/probe/7?limit=1&limit=x"), "{}"
    yield "query: empty integer", ("POST", "/probe/7?limit="), "{}"
    for value in ("5.5", '"x"', '""', '" "', '"1."', '".0"', '"1__0"', '"_1"', '"1_"', '"1e3"', '"٣"', '"1 0"', "[]", "{}", "1.5e-3"):
        yield f"integer: {value}", SUBSCRIBE, '{"duration_days":%s}' % value
    for value in ('"maybe"', '""', '" true "', "2", "2.0", "-1", "1.5", "0.5", "99999999999999999999", "null", "[]", "{}"):
        yield f"boolean: {value}", SUBSCRIBE, '{"is_trial":%s}' % value
    for value in ('"a"', "{}", "5", "true"):
        yield f"list: {value}", SUBSCRIBE, '{"connected_squads":%s}' % value
    yield "list: items", SUBSCRIBE, '{"connected_squads":[1,"a",null,[]]}'
    yield "nested: members and items", PROBE, '{"inners":[{"size":"x"},[],null,{"name":"s"}],"inner":{"size":[]}}'
    yield "nested: not objects", PROBE, '{"inner":[],"inners":{}}'
    yield "nested: spaces and escapes in the input", PROBE, '{ "inner" : { "size" : 1 , "x" : [ "\\u0041\\/" , null ] } }'
    yield "keywords: lower bounds", PROBE, '{"single":"","some":[]}'
    yield "keywords: upper bounds", PROBE, '{"short":"abcd","few":[1,2,3]}'
    yield "keywords: pattern and choice", PROBE, '{"pattern":"b","choice":"d"}'
    for value in ('"x"', '""', "null", "[]", '"1__0"', '"0x1"'):
        yield f"number: {value}", PROBE, '{"ratio":%s}' % value


MALFORMED = [
    "{", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{"a":1,\n}', '{"a":1,,}', "{,}", "{a:1}", "{'a':1}", '{"a" 1}',
    '{"a":1 "b":2}', '{"a":1]', '{"a":tru}', '{"a":01}', '{"a":1.}', '{"a":-}', '{"a":+1}', '{"a":.5}', '{"a":1e}',
    '{"a":1e+}', '{"a":"x', '{"a":"x"', '{"a":"\\', '{"a":"\\q"}', '{"a":"\\u', '{"a":"\\u12"}', '{"a":"\\u123', '{"a":"\\u1234',
    '{"a":"\\ud800\\u12"}', '{"a":"\x01"}', '{"a":"\t"}', '{"é":"é" x', '\n\n{"a":\n x}', '{"a":[1,{"b":}]}', "[", "[,]",
    "[1,]", "[1, ]", "[1 2]", "[1}", "nul", "-", '"abc', "{} x", "{}{}", "1.5.5", "{}]", '{"a":1}  ,', "}", "]", "tru e",
]


def record():
    client = TestClient(app, raise_server_exceptions=False)
    for name, (method, url), body, *rest in cases():
        content_type = rest[0] if rest else JSON
        headers = {"content-type": content_type} if content_type else {}
        answer = client.request(method, url, content=body.encode(), headers=headers)
        path, _, query = url.partition("?")
        yield {
            "name": name, "method": method, "path": path, "query": query, "content_type": content_type, "body": body,
            "status": answer.status_code, "answer": answer.text,
        }


versions = f"fastapi {fastapi.__version__}, pydantic {pydantic.VERSION}, Python {sys.version.split()[0]}"
out = pathlib.Path(__file__).with_name("fastapi.json")
out.write_text(json.dumps({"recorded_with": versions, "cases": list(record())}, ensure_ascii=False, indent=1) + "\n")
