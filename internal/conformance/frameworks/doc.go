// Package frameworks has what a real FastAPI answered to a corpus of requests, for tests that hold the mock server and the
// clients against it. Golden files in folder golden have a case a line: the request, and the answer with its bytes as they
// came over the wire; versions.json says of which versions. They are written by record.py and never by hand:
//
//	python3.11 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt
//	.venv/bin/python record.py
//
// The requests come from corpus.py, which derives them from the documents, the answers from app.py. What the mock answers
// otherwise, on purpose, stands in differences.json.
package frameworks
