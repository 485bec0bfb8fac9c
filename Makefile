# Every command we type, each one line over tools/dev.py (which also runs where there is no make).
PYTHON ?= python3
DEV = @$(PYTHON) tools/dev.py

.PHONY: run test lint build-web dist bench screens api lock clean

# Make what is missing, then start: the page on http://127.0.0.1:8000. ARGS="--port 9000" goes to `tavernai serve`.
run:
	$(DEV) run $(ARGS)

# Make what is missing, then every check and every test. ARGS="tests/unit -k card" runs those tests only.
test:
	$(DEV) test $(ARGS)

# The checks without the tests: style, types, shelves, stale files, page.
lint:
	$(DEV) lint

# The page alone, into src/tavernai/web_dist.
build-web:
	$(DEV) build-web

# A wheel in dist/ that carries the page, proven by installing it elsewhere and starting it.
dist:
	$(DEV) dist

# The promises, measured: every script of benchmarks/, or those that ARGS names.
bench:
	$(DEV) bench $(ARGS)

# Take the pictures again that a test compares every main screen with. ARGS="-k phone" takes those alone.
screens:
	$(DEV) screens $(ARGS)

# Regenerate api/openapi.json and the page's types from the code.
api:
	$(DEV) api

# Lock the dependencies of pyproject.toml again. ARGS=--upgrade takes newer versions.
lock:
	$(DEV) lock $(ARGS)

# Remove what was made (never data/).
clean:
	$(DEV) clean
