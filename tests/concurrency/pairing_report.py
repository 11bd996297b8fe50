"""The whole picture behind a finding about a customer who waits, as text.

The machine does not replay exactly: what the finding does not tell is lost.
"""

from collections.abc import Callable, Mapping

from chatserver.core.conversation.state import Conversation
from chatserver.core.pairing.chooser import Deferral
from chatserver.core.pairing.router import Router
from chatserver.core.pairing.workload import Workload
from tests.core.pairing.expectation import NEVER, Wait

Holds = Callable[[Workload], Mapping[str, int]]
"""Returns the expected holds of the customer for one technician: the end (ms) of each by name."""


def describe_wait(router: Router, state: Conversation, wait: Wait, holds: Holds, now: int) -> str:
    """Return the expectation, the router's own answer, and all workloads, line by line.

    Times are in ms from `now`, so that negative ones are past.
    """
    topic_rules = router.rules.for_topic(state.topic)
    lines = [
        f"topic {state.topic}, {topic_rules}",
        f"waits since {wait.since - now}, avoids {state.avoid}, passed on by {wait.passed_on_by} "
        f"at {wait.passed_on_at - now}, refused {wait.refused}, previous {state.previous}, "
        f"requeued {state.requeued}, reply by {state.reply_by}, place until {state.place_until}",
        f"the router: {_router_answer(router, state.id, now)}",
        f"next wake-up {_from(router.next_wakeup(), now)}, {router.rules}",
    ]
    for workload in router.workloads.values():
        ends = {name: _from(until, now) for name, until in holds(workload).items()}
        technician = workload.technician
        lines.append(
            f"{technician.id}: connected {workload.connected}, {technician.status}, "
            f"load {workload.counted_load} of {technician.capacity}, "
            f"holds {sorted(workload.conversations)}, takes {sorted(workload.being_assigned)}, "
            f"available {workload in router.roster.available}, "
            f"topics {sorted(technician.topics)}, pause {_from(workload.paused_until, now)}, "
            f"expected holds {ends}"
        )
    return "".join(f"\n    {line}" for line in lines)


def _router_answer(router: Router, conversation: str, now: int) -> str:
    """Return the ticket, and the answer that the router would give about it at `now` (ms)."""
    ticket = router.queue.get(conversation)
    if ticket is None:
        return f"no ticket, unconfirmed {router._unconfirmed.get(conversation)}"
    refused_at = router._offers.refused_at(conversation)
    answer = router._chooser.choose(ticket, now, refused_at)
    named = f"{answer}"
    if isinstance(answer, Deferral):
        named = f"waits until {_from(answer.until, now)} for {answer.holds}"
    topic_rules = router.rules.for_topic(ticket.needs.topic)
    eligible = {
        name: str(workload.eligibility(ticket.needs, topic_rules, now))
        for name, workload in router.workloads.items()
    }
    return (
        f"{named}; {eligible}; queued {ticket.joined - now}, refused at {_from(refused_at, now)}, "
        f"unconfirmed {conversation in router._unconfirmed}, {ticket}"
    )


def _from(moment: int | None, now: int) -> str:
    if moment is None:
        return "none"
    return "never" if moment >= NEVER else str(moment - now)
