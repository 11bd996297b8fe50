"""Capacity: what automatic pairing counts, while either side is silent."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from chatserver.core.conversation import commands as ask
from chatserver.core.pairing.rules import PairingMode, PairingRules, TopicRules
from chatserver.core.people import Customer, Rank, Technician, TechnicianStatus
from tests.core.pairing.logged_router import LoggedRouter

IDLE_AFTER = 10


class Silences(LoggedRouter):
    """One or two technicians, nearly always full, and silences long enough to fall asleep."""

    @initialize(offers=st.booleans(), technicians=st.integers(1, 2), capacity=st.integers(1, 2))
    def open_the_desk(self, offers: bool, technicians: int, capacity: int) -> None:
        mode = PairingMode.OFFER if offers else PairingMode.DIRECT
        topics = {"laptop": TopicRules(mode=mode, capacity=1)}
        self.open_with(PairingRules(topics=topics, idle_after=IDLE_AFTER, offer_for=15))
        for name in ("t0", "t1")[:technicians]:
            self.technicians[name] = Technician(
                name,
                name,
                name,
                rank=Rank.TECHNICIAN,
                status=TechnicianStatus.ONLINE,
                capacity=capacity,
            )
            self.router.update_technician(self.technicians[name], connected=True, now=self.tick())

    @rule(target=LoggedRouter.conversations, topic=st.none() | st.just("laptop"))
    def a_customer_comes(self, topic: str | None) -> str:
        name = f"c{len(self.log):04}"
        self.do(None, ask.Open(name, "", topic=topic), Customer(f"customer of {name}", ""))
        return name

    @rule(silence=st.sampled_from((0, IDLE_AFTER)))
    def the_desk_pairs(self, silence: int) -> None:
        self.now += silence
        for pairing in self.router.make_pairings(self.tick()):
            technician = self.technicians[pairing.technician.id]
            assert self.slots(self.unanswered(technician.id)) <= technician.capacity
            assert self.counted_slots(technician.id) <= technician.capacity
            assert self.router.workloads[technician.id].counted_load <= technician.capacity
            command: ask.Command = ask.Assign(pairing.technician, pairing.why)
            if pairing.offered:
                command = ask.Offer(pairing.technician, self.now + 15, pairing.why)
            assert self.do(pairing.conversation, command)


TestSilences = Silences.TestCase
TestSilences.settings = settings(stateful_step_count=30)
