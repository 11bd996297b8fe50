"""The counts of the event loop are published in the text format of Prometheus."""

from prometheus_client import generate_latest

from chatserver.metrics import Metrics


def published(metrics: Metrics) -> list[str]:
    return generate_latest(metrics.registry).decode().splitlines()


def test_answers_are_counted_by_their_type() -> None:
    metrics = Metrics()
    for kind in ("send", "open", "send"):
        metrics.record_answer(kind)
    lines = published(metrics)
    assert "# TYPE chat_requests_total counter" in lines
    assert 'chat_requests_total{type="send"} 2.0' in lines
    assert 'chat_requests_total{type="open"} 1.0' in lines


def test_a_commit_counts_in_every_bucket_whose_bound_it_does_not_exceed() -> None:
    metrics = Metrics()
    metrics.record_commit(2, 0.001)
    metrics.record_commit(2_000, 7.5)
    lines = published(metrics)
    # A bound is part of its bucket.
    assert 'chat_commit_seconds_bucket{le="0.001"} 1.0' in lines
    assert 'chat_commit_seconds_bucket{le="5.0"} 1.0' in lines
    assert 'chat_commit_seconds_bucket{le="+Inf"} 2.0' in lines
    assert 'chat_commit_jobs_bucket{le="1.0"} 0.0' in lines
    assert 'chat_commit_jobs_bucket{le="2.0"} 1.0' in lines
    assert "chat_commit_seconds_sum 7.501" in lines
    assert "chat_commit_jobs_count 2.0" in lines
