"""Core as a process of its own, on the connections the contract names: --upstream URL --port N."""

import argparse

import uvicorn

from tavernai.gateway.core_app import CoreApp
from tests.contract.gateway.doors import service


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--upstream", required=True)
    options.add_argument("--port", type=int, required=True)
    asked = options.parse_args()
    uvicorn.run(CoreApp(service(asked.upstream)), port=asked.port, log_level="warning", ws="none")


if __name__ == "__main__":
    main()
