"""Migration is atomic: an interrupted one starts again from the former database."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.core.conversation import commands as ask
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.mail_origin import MailOrigin, MailTrust, Way
from chatserver.core.log import Append
from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.engine.migrations import epoch, migrate
from chatserver.store.maintenance.check import check_folder
from chatserver.store.open import open_store
from tests.playbook import ANN, BOB, CAT, NOON, Play
from tests.store.contracts.scenes import Scene
from tests.store.older_database import forget_columns, forget_incoming_mail, forget_ledger

pytestmark = pytest.mark.sqlite("the scripts of SQLite, applied to older files")


def test_a_first_start_that_is_cut_off_leaves_no_log_without_an_epoch(tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    with closing(open_database(file)) as database:
        seen = []

        def cut_off(statement: str) -> None:
            seen.append(statement)
            if "epoch" in statement:
                database.interrupt()

        database.set_trace_callback(cut_off)
        with pytest.raises(sqlite3.OperationalError):
            migrate(database, file)
        assert any("epoch" in statement for statement in seen)
    with closing(open_database(file)) as database:
        # The version is written in the same transaction, so the next start begins from nothing.
        assert database.execute("PRAGMA user_version").fetchone() == (0,)
        migrate(database, file)
        assert epoch(database)


async def test_old_summaries_are_rebuilt_from_their_logs(tmp_path: Path) -> None:
    """Until 0.2 a promise stayed in the summary after the answer, and a lost technician was
    avoided."""
    lost = ask.Requeue("bob", RequeueReason.TECHNICIAN_LEFT)
    left, accepted = (ANN, ask.LeaveMessage(NOON)), (BOB, ask.Accept())
    answer, offer = (BOB, ask.Send(text="Yes?")), (None, ask.Offer(CAT.person, NOON))
    declined = (CAT, ask.Decline("cat"))
    steps = {
        "answered": (left, accepted, answer, (None, lost)),
        "unanswered": (left, accepted, (None, lost)),
        "promised anew": (left, accepted, answer, (None, lost), left),
        "declined": (accepted, (None, lost), offer, declined),
    }
    async with open_store(tmp_path) as store:
        for number, (name, each) in enumerate(steps.items()):
            play = Play().given((ANN, ask.Open(name, f"REF-{number}", text="hello")), *each)
            assert play.state is not None
            events = tuple(play.events)
            await store.log.append(Append(events, play.state, None, {}), lambda: None)
    file = tmp_path / DATABASE
    with closing(open_database(file)) as database:
        database.execute(
            "UPDATE conversations SET state = json_set(state, '$.reply_by', ?)"
            " WHERE id IN ('answered')",
            (NOON,),
        )
        database.execute(
            "UPDATE conversations SET state = json_set(state, '$.avoid', 'bob')"
            " WHERE id IN ('answered', 'unanswered', 'promised anew')"
        )
        # The damage is real before the migration, or an empty list after it would prove nothing.
        assert len(check_folder(tmp_path).faults) == 3
        database.execute("ALTER TABLE events DROP COLUMN request")
        database.execute("ALTER TABLE events DROP COLUMN digest")
        forget_ledger(database)
        database.execute("PRAGMA user_version = 60")
        migrate(database, file)
    assert check_folder(tmp_path).faults == []


async def test_old_summaries_without_a_question_get_it_from_the_log(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await Scene(store).closed("closed", said="the modem blinks")
        await Scene(store).erased("erased")
    with closing(open_database(tmp_path / DATABASE)) as database:
        database.execute("UPDATE conversations SET state = json_remove(state, '$.question')")
        forget_incoming_mail(database)
        database.execute("PRAGMA user_version = 66")
    async with open_store(tmp_path) as store:
        assert (await Scene(store).record("closed")).conversation.question == "the modem blinks"
    assert check_folder(tmp_path).faults == []


async def test_old_summaries_get_their_promises_from_their_logs(tmp_path: Path) -> None:
    letter = MailOrigin("<1@example.org>", "ann@example.org", MailTrust.CHECKED)
    accepted, answer = (BOB, ask.Accept()), (BOB, ask.Send(text="Restart it"))
    sent = (None, ask.RecordMailed("<2@desk>", "ann@example.org", first=5, through=5))
    again = (ANN, ask.Send(text="It still blinks"))
    steps = {
        "unanswered": (accepted,),
        "answered": (accepted, answer),
        "asked again": (accepted, answer, again, again),
        "served live": (accepted, answer, again, answer),
        "mail said": (accepted, answer),
        "mail sent": (accepted, answer, sent),
    }
    async with open_store(tmp_path) as store:
        for number, (name, each) in enumerate(steps.items()):
            opening = ask.Open(name, f"REF-{number}", text="hello", reply_by=NOON + 10)
            if name.startswith("mail"):
                opening = replace(opening, way=Way.MAIL, mail=letter)
            play = Play().given((ANN, opening), *each)
            assert play.state is not None
            await store.log.append(Append(tuple(play.events), play.state, None, {}), lambda: None)
    with closing(open_database(tmp_path / DATABASE)) as database:
        database.execute(
            "UPDATE conversations SET state = json_remove(state, '$.promises', '$.is_written',"
            " '$.by_mail', '$.asked_at', '$.newest_letter')"
        )
        # The damage is real before the migration, or an empty list after it would prove nothing.
        assert len(check_folder(tmp_path).faults) == len(steps)
        forget_columns(database)
        database.execute("PRAGMA user_version = 69")
        migrate(database, tmp_path / DATABASE)
    assert check_folder(tmp_path).faults == []


async def test_fields_of_older_summaries_become_columns(tmp_path: Path) -> None:
    columns = "SELECT id, topic, touched_at, closed_at, erased_at, helpers FROM conversations"
    async with open_store(tmp_path) as store:
        await Scene(store).closed("closed", topic="tv")
        await Scene(store).erased("erased")
        await Scene(store).waiting("waiting", topic="phone")
    with closing(open_database(tmp_path / DATABASE)) as database:
        written = database.execute(f"{columns} ORDER BY id").fetchall()
        forget_columns(database)
        database.execute("PRAGMA user_version = 72")
        migrate(database, tmp_path / DATABASE)
        assert database.execute(f"{columns} ORDER BY id").fetchall() == written
        assert len({row[1:] for row in written}) == 3
