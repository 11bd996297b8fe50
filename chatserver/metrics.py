"""Metrics in the format of Prometheus, in one registry for each server."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

DURATION_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
JOB_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters, gauges and histograms of one server."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    sessions: Gauge = field(init=False)
    streams: Gauge = field(init=False)
    requests: Counter = field(init=False)
    refusals: Counter = field(init=False)
    dismissals: Counter = field(init=False)
    commits: Histogram = field(init=False)
    group: Histogram = field(init=False)
    waiting: Gauge = field(init=False)
    open: Gauge = field(init=False)
    tasks: Gauge = field(init=False)
    wal_bytes: Gauge = field(init=False)
    _requests_by_type: dict[str, Counter] = field(default_factory=dict)
    _sessions_by_role: dict[str, Gauge] = field(default_factory=dict)

    def __post_init__(self) -> None:
        registry = self.registry
        # Memory, processor time and open files of the process, on systems with /proc.
        ProcessCollector(registry=registry)
        for name, metric in {
            "sessions": Gauge("chat_sessions", "Live sessions.", ["role"], registry=registry),
            "streams": Gauge(
                "chat_streams", "Connections without a WebSocket: event streams.", registry=registry
            ),
            "requests": Counter("chat_requests", "Requests answered.", ["type"], registry=registry),
            "refusals": Counter("chat_refusals", "Requests refused.", ["code"], registry=registry),
            "dismissals": Counter(
                "chat_dismissals", "Sessions that the server ended.", ["code"], registry=registry
            ),
            "commits": Histogram(
                "chat_commit_seconds",
                "Duration of a commit.",
                buckets=DURATION_BUCKETS_S,
                registry=registry,
            ),
            "group": Histogram(
                "chat_commit_jobs", "Jobs in a commit.", buckets=JOB_BUCKETS, registry=registry
            ),
            "waiting": Gauge("chat_waiting", "Customers who wait.", registry=registry),
            "open": Gauge("chat_open_conversations", "Open conversations.", registry=registry),
            "tasks": Gauge("chat_tasks", "Tasks of the event loop.", registry=registry),
            "wal_bytes": Gauge(
                "chat_write_ahead_log_bytes",
                "Size of the database's write-ahead log on disk.",
                registry=registry,
            ),
        }.items():
            object.__setattr__(self, name, metric)

    def sessions_of(self, role: str) -> Gauge:
        """Return the gauge of live sessions of a role."""
        gauge = self._sessions_by_role.get(role)
        if gauge is None:
            gauge = self._sessions_by_role[role] = self.sessions.labels(role)
        return gauge

    def record_answer(self, kind: str) -> None:
        """Count a request of the type `kind` that was answered with `ok`."""
        counter = self._requests_by_type.get(kind)
        if counter is None:
            # Cached: looking a counter up by its label takes longer than counting.
            counter = self._requests_by_type[kind] = self.requests.labels(kind)
        counter.inc()

    def record_commit(self, jobs: int, seconds: float) -> None:
        """Record a commit of the store's writer: its number of jobs and its duration."""
        self.commits.observe(seconds)
        self.group.observe(jobs)
