"""Streams: what the product adds to a model's tokens on their way to a reader, everything persisted.

    python benchmarks/streams.py [--streams 1 50 200 1000] [--tokens 200] [--ramp 10] [--rounds 1]

Workload: N people each post a message into a conversation of their own and read the reply from the answer
(POST /v1/agent/messages, text/event-stream); the model's server (mock_upstream.py, a process of its own) says 20
tokens a second to each, every token stamped with the time it was sent; the reader (sse_load.py, a third process)
reads the stamps. So the delay is the product's, the wire's and the reader's together. Everything is recorded as
always: facts, prompt, drafts four times a second, synchronous commits. `ramp`: the streams begin over so many seconds.
The same load without the product, reader straight at the stand-in, is run beside it (`without_product`): what those two
and the machine take by themselves is in both figures. Not measured: TLS, networks, a model.
"""

import argparse
from typing import Any

from _measured import connect, machine, model, product, run_tool, save, spread

TOKENS_PER_SECOND = 20
FIRST_TOKEN_MS = 200


def measure(streams: int, *, tokens: int, ramp: float) -> dict[str, Any]:
    """One run on a fresh server."""
    options = ("--tps", str(TOKENS_PER_SECOND), "--tokens", str(tokens), "--ttft-ms", str(FIRST_TOKEN_MS))
    with model(*options) as upstream, product() as server:
        connect(server, upstream)
        limit = tokens / TOKENS_PER_SECOND + ramp + 120
        words = ["--url", f"{server.url}/v1/agent/messages", "--streams", str(streams), "--expect", str(tokens)]
        words += ["--ramp", str(ramp), "--timeout", str(limit), "--server-pid", str(server.pid)]
        words += ["--header", f"Authorization: Bearer {server.key}", "--body", '{"content":"hello {i}"}']
        return run_tool("sse_load.py", *words, seconds=limit + 60)


def measure_without(streams: int, *, tokens: int, ramp: float) -> dict[str, Any]:
    """The same load with nothing between the stand-in and the reader."""
    options = ("--tps", str(TOKENS_PER_SECOND), "--tokens", str(tokens), "--ttft-ms", str(FIRST_TOKEN_MS))
    with model(*options) as upstream:
        limit = tokens / TOKENS_PER_SECOND + ramp + 120
        words = ["--url", f"{upstream.url}/v1/chat/completions", "--streams", str(streams), "--expect", str(tokens)]
        words += ["--ramp", str(ramp), "--timeout", str(limit)]
        words += ["--body", '{"model":"mock","stream":true,"messages":[{"role":"user","content":"hello {i}"}]}']
        run = run_tool("sse_load.py", *words, seconds=limit + 60)
        delays = {f"delay_ms_{name}": run["delay_ms"][name] for name in ("p50", "p95", "p99")}
        return delays | {"first_token_ms_p95": run["ttft_added_ms"]["p95"], "tokens_per_s": run["tokens_per_s"]}


def summary(run: dict[str, Any]) -> dict[str, Any]:
    """The figures a promise is made of."""
    server, tokens = run["server"], max(1, run["tokens"])
    failures = run["bad_status"] + run["refused"] + run["closed_early"] + run["timed_out"] + run["short"]
    return {
        "added_delay_ms_p50": run["delay_ms"]["p50"],
        "added_delay_ms_p95": run["delay_ms"]["p95"],
        "added_delay_ms_p99": run["delay_ms"]["p99"],
        "first_token_added_ms_p95": run["ttft_added_ms"]["p95"],
        "cpu_us_per_token": round(server["cpu_s"] / tokens * 1e6, 1),
        "rss_growth_mb": round(server["peak"]["rss_mb"] - server["before"]["rss_mb"], 1),
        "tokens_per_s": run["tokens_per_s"],
        "failures": failures,
        "lost_tokens": run["missing_seq"],
        "doubled_tokens": run["duplicates"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 50, 200, 1000])
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--ramp", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    wanted = parser.parse_args()
    result: dict[str, Any] = {
        **machine(),
        "command": f"python benchmarks/streams.py --tokens {wanted.tokens} --ramp {wanted.ramp:g}",
        "tokens_per_s_each": TOKENS_PER_SECOND,
    }
    for streams in wanted.streams:
        runs = [summary(measure(streams, tokens=wanted.tokens, ramp=wanted.ramp)) for _ in range(wanted.rounds)]
        result[f"streams_{streams}"] = {name: spread([run[name] for run in runs]) for name in runs[0]}
        bare = measure_without(streams, tokens=wanted.tokens, ramp=wanted.ramp)
        result[f"streams_{streams}"]["without_product"] = bare
    save("streams", result)


if __name__ == "__main__":
    main()
