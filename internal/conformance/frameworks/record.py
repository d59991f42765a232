"""Sends the corpus to the real framework and writes down what that answers: golden/OPERATION.jsonl, a case a line.

    python record.py [FOLDER]

The application runs under uvicorn on loopback, so that what is recorded is what comes over the wire.
"""

import base64
import contextlib
import http.client
import json
import logging
import pathlib
import platform
import sys
import threading
import time
from importlib.metadata import version

import uvicorn

import app
import corpus
import documents

DISTRIBUTIONS = ("fastapi", "pydantic", "pydantic-core", "starlette", "uvicorn", "h11")


@contextlib.contextmanager
def serving(application):
    """Serves an application and yields its port."""
    logging.disable(logging.CRITICAL)  # an answer of 500 is an answer, too
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            host="127.0.0.1",
            port=0,
            http="h11",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            server_header=False,
            date_header=False,
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def ask(port: int, case: documents.Case) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest(case.method, case.target, skip_accept_encoding=True)
        if case.content_type is not None:
            connection.putheader("Content-Type", case.content_type)
        if case.authorization is not None:
            connection.putheader("Authorization", case.authorization)
        if case.body:
            connection.putheader("Content-Length", str(len(case.body)))
        connection.endheaders(case.body or None)
        answer = connection.getresponse()
        challenge = answer.getheader("www-authenticate")
        return {
            "status": answer.status,
            "content_type": answer.getheader("content-type", ""),
            "allow": answer.getheader("allow", ""),
            **({} if challenge is None else {"www_authenticate": challenge}),
            "body": answer.read().decode(),
        }
    finally:
        connection.close()


def request(case: documents.Case) -> dict:
    """The request as it is stored; what is not UTF-8 in base 64."""
    stored = {"method": case.method, "target": case.target}
    if case.strict:
        stored["strict"] = True
    if case.authorization is not None:
        stored["authorization"] = case.authorization
    if case.content_type is not None:
        stored["content_type"] = case.content_type
    try:
        return stored | {"body": case.body.decode()}
    except UnicodeDecodeError:
        return stored | {"body_base64": base64.b64encode(case.body).decode()}


def record(folder: pathlib.Path):
    folder.mkdir(exist_ok=True)
    versions = {"python": ".".join(platform.python_version_tuple()[:2])} | {name: version(name) for name in DISTRIBUTIONS}
    (folder / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")
    with serving(app.app) as port, serving(app.strict) as strict_port:
        for operation in documents.operations():
            names = set()
            with (folder / f"{operation.name}.jsonl").open("w", encoding="utf-8") as file:
                for case in corpus.cases(operation):
                    assert case.name not in names, f"{operation.name} has two cases named {case.name}"
                    names.add(case.name)
                    line = {"name": case.name, "request": request(case), "answer": ask(strict_port if case.strict else port, case)}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else documents.HERE / "golden")
