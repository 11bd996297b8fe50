"""Metrics in the format of Prometheus, in one registry for each server."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

DURATION_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
JOB_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000)


class RequestCounter(Collector):
    """Counts answered requests by their type, in the thread of the event loop only.

    The library's own counters and histograms take a lock for each value.
    """

    def __init__(self) -> None:
        self.by_type: defaultdict[str, int] = defaultdict(int)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts for the text format."""
        family = CounterMetricFamily("chat_requests", "Requests answered.", labels=["type"])
        for kind, count in self.by_type.items():
            family.add_metric([kind], count)
        yield family


class LoopHistogram(Collector):
    """A histogram of what is observed in the thread of the event loop only."""

    def __init__(self, name: str, description: str, bounds: Sequence[float]) -> None:
        self.name = name
        self.description = description
        self.bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value in the bucket of the smallest bound that is not below it."""
        self._counts[bisect_left(self.bounds, value)] += 1
        self._sum += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Yield the cumulative buckets for the text format."""
        names = [*map(str, map(float, self.bounds)), "+Inf"]
        buckets = list(zip(names, map(float, accumulate(self._counts)), strict=True))
        yield HistogramMetricFamily(self.name, self.description, buckets, self._sum)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters, gauges and histograms of one server."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    sessions: Gauge = field(init=False)
    streams: Gauge = field(init=False)
    requests: RequestCounter = field(default_factory=RequestCounter)
    refusals: Counter = field(init=False)
    dismissals: Counter = field(init=False)
    commits: LoopHistogram = field(
        default_factory=lambda: LoopHistogram(
            "chat_commit_seconds", "Duration of a commit.", DURATION_BUCKETS_S
        )
    )
    group: LoopHistogram = field(
        default_factory=lambda: LoopHistogram("chat_commit_jobs", "Jobs in a commit.", JOB_BUCKETS)
    )
    waiting: Gauge = field(init=False)
    promises_late: Gauge = field(init=False)
    open: Gauge = field(init=False)
    tasks: Gauge = field(init=False)
    wal_bytes: Gauge = field(init=False)
    mail_silence_s: Gauge = field(init=False)
    mailbox_silent: Gauge = field(init=False)
    mail_spool: Gauge = field(init=False)
    mail_doubted: Gauge = field(init=False)
    _sessions_by_role: dict[str, Gauge] = field(default_factory=dict)

    def __post_init__(self) -> None:
        registry = self.registry
        # Memory, processor time and open files of the process, on systems with /proc.
        ProcessCollector(registry=registry)
        for collector in (self.requests, self.commits, self.group):
            registry.register(collector)
        for name, metric in {
            "sessions": Gauge("chat_sessions", "Live sessions.", ["role"], registry=registry),
            "streams": Gauge(
                "chat_streams", "Connections without a WebSocket: event streams.", registry=registry
            ),
            "refusals": Counter("chat_refusals", "Requests refused.", ["code"], registry=registry),
            "dismissals": Counter(
                "chat_dismissals", "Sessions that the server ended.", ["code"], registry=registry
            ),
            "waiting": Gauge("chat_waiting", "Customers who wait.", registry=registry),
            "promises_late": Gauge(
                "chat_promises_late",
                "Promised replies that are nearly due or late.",
                registry=registry,
            ),
            "open": Gauge("chat_open_conversations", "Open conversations.", registry=registry),
            "tasks": Gauge("chat_tasks", "Tasks of the event loop.", registry=registry),
            "wal_bytes": Gauge(
                "chat_write_ahead_log_bytes",
                "Size of the database's write-ahead log on disk.",
                registry=registry,
            ),
            "mail_silence_s": Gauge(
                "chat_mail_in_last_seconds",
                "Seconds since the last incoming e-mail, or since the start.",
                registry=registry,
            ),
            "mailbox_silent": Gauge(
                "chat_mailbox_silent", "1 while the mailbox cannot be read.", registry=registry
            ),
            "mail_spool": Gauge(
                "chat_mail_spool", "Incoming e-mails that wait to be read.", registry=registry
            ),
            "mail_doubted": Gauge(
                "chat_mail_doubted",
                "Doubted e-mails that wait for a technician to admit, discard or split them off.",
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
        self.requests.by_type[kind] += 1

    def record_commit(self, jobs: int, seconds: float) -> None:
        """Record a commit of the store's writer: its number of jobs and its duration."""
        self.commits.observe(seconds)
        self.group.observe(jobs)
