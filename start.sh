#!/bin/sh
# For a double click: makes what is missing, starts TavernAI Plus, prints the address. Same as `make run`.
cd "$(dirname "$0")" || exit 1
exec python3 tools/dev.py run "$@"
