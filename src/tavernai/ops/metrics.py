"""What /metrics tells: Prometheus figures about this process. Counts and durations, never what people wrote."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from tavernai.gateway.domain import Connection
from tavernai.kernel.facts import Recorded

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
TASK_ENDS = {"task.completed": "completed", "task.failed": "failed", "task.cancelled": "cancelled"}
BREAKER = {"closed": 0, "half_open": 1, "open": 2}
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """One registry a process; also the gateway's observer and the ledger's ear."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._streams = Gauge("tavern_streams_active", "Open streams", registry=self.registry)
        self._running = Gauge("tavern_tasks_running", "Tasks that run in this process", registry=self.registry)
        self._frames = Gauge("tavern_frames_total", "Fact frames told to listeners", registry=self.registry)
        self._facts = Counter("tavern_facts", "Facts recorded", registry=self.registry)
        self._tasks = Counter("tavern_tasks", "Tasks by how they went", ["state"], registry=self.registry)
        self._append = Histogram(
            "tavern_append_seconds", "From asking for a commit to its acknowledgement", buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        labels = ["connection", "kind"]
        self._first_token = Histogram(
            "tavern_gateway_first_token_seconds", "Wait for a model's first token", labels, buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._answer = Histogram(
            "tavern_gateway_answer_seconds", "Duration of a model's answer", labels, buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._answers = Counter(
            "tavern_gateway_answers", "Answers by how they ended", [*labels, "code"], registry=self.registry
        )
        self._tokens = Counter("tavern_gateway_tokens", "Tokens of answers", labels, registry=self.registry)
        self._breaker = Gauge(
            "tavern_gateway_breaker", "Whether a connection rests: 0 no, 1 one try decides, 2 yes", labels,
            registry=self.registry,
        )  # fmt: skip

    def watch(self, *, streams: Callable[[], int], running: Callable[[], int], frames: Callable[[], int]) -> None:
        """Where the current figures are read when somebody asks."""
        self._streams.set_function(streams)
        self._running.set_function(running)
        self._frames.set_function(frames)

    def hear(self, recorded: Sequence[Recorded]) -> None:
        """Count what was committed."""
        self._facts.inc(len(recorded))
        for event in recorded:
            if event.kind in TASK_ENDS:
                self._tasks.labels(TASK_ENDS[event.kind]).inc()
            elif event.kind == "task.queued":
                self._tasks.labels("queued").inc()

    def appended(self, seconds: float) -> None:
        self._append.observe(seconds)

    def started(self, connection: Connection) -> None:
        """Part of gateway.ports.Observe; an answer counts when it ends."""

    def first_token(self, connection: Connection, seconds: float) -> None:
        self._first_token.labels(connection.name, connection.kind).observe(seconds)

    def ended(self, connection: Connection, *, code: str, seconds: float, tokens: int) -> None:
        labels = (connection.name, connection.kind)
        self._answer.labels(*labels).observe(seconds)
        self._answers.labels(*labels, code).inc()
        self._tokens.labels(*labels).inc(tokens)

    def turned(self, connection: Connection, state: str) -> None:
        """A connection's breaker is in another state now."""
        self._breaker.labels(connection.name, connection.kind).set(BREAKER[state])

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
