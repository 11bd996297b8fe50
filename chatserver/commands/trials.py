"""`chatserver trial …`: what the server bears, measured."""

from pathlib import Path

from chatserver.commands.command import Commands, Run


def declare(commands: Commands, faults: Run, network: Run, hostile: Run, soak: Run) -> None:
    """The commands, and who runs each of them."""
    trial = commands.group(
        "trial", "what the server bears: faults, bad networks, attacks, long hours"
    )
    wrong = trial.add("faults", faults, "what is left after kills, losses of power, failing disks")
    wrong.add_argument("--kills", type=int, default=200, help="SIGKILLs (200)")
    wrong.add_argument("--cuts", type=int, default=200, help="losses of power (200)")
    wrong.add_argument("--seed", type=int, default=1, help="of chance (1)")
    wrong.add_argument("--json", type=Path, help="write the figures there too")
    text = "a document that has a place for the table"
    wrong.add_argument("--markdown", type=Path, metavar="FILE", help=text)
    bad = trial.add("network", network, "whether every client sees the log over bad networks")
    bad.add_argument("--pairs", type=int, default=20, help="who talk at once (20)")
    bad.add_argument("--messages", type=int, default=200, help="of each side (200)")
    bad.add_argument("--seconds", type=float, default=120, help="of bad weather at most (120)")
    attack = trial.add("hostile", hostile, "what others notice of each kind of hostile client")
    attack.add_argument("--only", action="append", default=[], metavar="KIND", help="repeatable")
    attack.add_argument("--seconds", type=float, default=12, help="of messages for each kind (12)")
    attack.add_argument("--json", type=Path, help="write the figures there too")
    long = trial.add("soak", soak, "whether memory, files and tasks stay as they are for long")
    long.add_argument("file", type=Path, help="dialogues, one JSON object a line")
    long.add_argument("--minutes", type=float, default=60, help="how long (60)")
    long.add_argument("--pairs", type=int, default=25, help="dialogues in flight (25)")
    long.add_argument("--speed", type=float, default=60, help="time compression (60)")
    long.add_argument("--json", type=Path, help="write all samples there")
