"""The benchmark command on a minimal workload; its figures are not tested."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.bench.__main__ import goals_parser, main
from tests.bench.program import ANYWHERE
from tests.bench.rivals import Rival, bare_relay, chat_server, relaying
from tests.bench.speed import closed_loop
from tests.bench.suite import goal_options


async def test_speed_is_measured_of_servers_that_store_and_that_do_not(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        file = str(tmp_path / "messages.sqlite")
        rivals: list[Rival] = [
            await stack.enter_async_context(chat_server(ANYWHERE, 2, 1)),
            await stack.enter_async_context(bare_relay(ANYWHERE, 1)),
            await stack.enter_async_context(
                relaying("group commit", "group_commit", file, cores=ANYWHERE, customers_each=1)
            ),
        ]
        runs = [await closed_loop(rival, 2, seconds=0.2) for rival in rivals]
    assert min(run.per_second for run in runs) > 0
    # The chat server answers, and sends the message to both sides; the others do less. Some
    # frames are on their way at the beginning and the end.
    assert [run.frames for run in runs] == pytest.approx([3, 1, 2], abs=1)


def test_a_part_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "speed,beauty"]) == 1
    assert "no beauty" in capsys.readouterr().err


def test_a_kind_of_hostile_client_that_does_not_exist_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["trial", "hostile", "--only", "kindness"]) == 1
    assert "no such kind: kindness" in capsys.readouterr().err


def test_a_goal_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["goals", "--only", "speed,beauty"]) == 1
    assert "no beauty" in capsys.readouterr().err


def test_goals_are_tried_quickly_in_all_their_parts() -> None:
    parser = goals_parser()
    quick, whole = (goal_options(parser.parse_args(given)) for given in (["--quick"], []))
    assert quick.only == whole.only
    # A budget names the pairs, so they stay; everything that takes time is less.
    assert quick.pairs == whole.pairs
    assert (quick.seconds, quick.rounds) < (whole.seconds, whole.rounds)
    assert max(quick.sessions) < max(whole.sessions)
