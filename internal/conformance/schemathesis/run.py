"""Runs all checks of Schemathesis against the mock, for each document, with and without strict auth.

    python run.py QUARTET_MOCK [DOCUMENT...]

needs what requirements.txt lists. SEED=n makes other requests than those of schemathesis.toml.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENTS = HERE.parents[2] / "openapi"

# The vendor's document lets no call pass without a credential, so there it is always sent. The
# balance has a path of its own only with -split-balance; without it every call there is a 404,
# so the operation is left out then.
OPEN, STRICT, SPLIT = "", "-strict-auth", "-split-balance"
RUNS = [
    ("profile", OPEN), ("profile", STRICT),
    ("billing", OPEN), ("billing", STRICT),
    ("subscription", OPEN), ("subscription", STRICT),
    ("vendor", OPEN), ("vendor", SPLIT), ("vendor", STRICT + " " + SPLIT),
    ("admin", OPEN),
]


def check(program, document, flags, folder):
    """One run; its report."""
    server = subprocess.Popen([program, "serve", "-addr", "127.0.0.1:0", "-check-answers", *flags.split()],
                              stdout=subprocess.PIPE, stderr=open(folder / "mock.log", "w"), text=True)
    try:
        url = json.loads(server.stdout.readline())["url"]
        report = folder / "report.json"
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "--no-color",
                   "run", DOCUMENTS / f"{document}.yaml", "--url", url,
                   "--report", "json", "--report-json-path", report]
        if STRICT in flags or document == "vendor":
            # The key is the subscription API's; a wrong one beside a good token would be refused.
            command += ["--header", "Authorization: Bearer default-token", "--header", "X-API-Key: default-token"]
        if document == "vendor" and SPLIT not in flags:
            command += ["--exclude-operation-id", "getBalance"]
        if "SEED" in os.environ:
            command += ["--seed", os.environ["SEED"]]
        environ = os.environ | {
            "PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "hooks", "QUARTET_MOCK_URL": url,
            "QUARTET_MOCK_STRICT_AUTH": "true" if STRICT in flags else "false",
        }
        ended = subprocess.run(command, cwd=folder, env=environ, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    finally:
        server.terminate()
        server.wait()
    log = (folder / "mock.log").read_text()
    if ended.returncode or "level=ERROR" in log or not report.exists():
        print(ended.stdout, log)
        return None
    return json.loads(report.read_text())


def main(program, documents):
    row = "{:<14}{:<30}{:>10}{:>8}{:>11}{:>10}{:>8}".format
    print(row("document", "mock", "operations", "cases", "as ruled", "failures", "time"), flush=True)
    failed = False
    for document, flags in RUNS:
        if documents and document not in documents:
            continue
        with tempfile.TemporaryDirectory() as folder:
            report = check(pathlib.Path(program).resolve(), document, flags, pathlib.Path(folder))
        if report is None:
            failed = True
            continue
        operations, cases = report["operations"], report["test_cases"]
        print(row(document, flags, f"{operations['tested']}/{operations['total']}", cases["generated"],
                  report["filtered"], cases["unique_failures"], f"{report['running_time']:.0f} s"), flush=True)
        failed |= operations["tested"] != operations["selected"]
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
