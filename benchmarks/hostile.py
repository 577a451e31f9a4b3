"""What becomes of hostile files: each is read through the guard, as a run does, and the ways in which that ends are counted.

    python benchmarks/hostile.py [FOLDER] [--json]

Reads every file of FOLDER where it lies; without one, the files that `tests/attacks.py` makes. Prints
how many were read, read in part, refused and why, and which took longest; then each file that was not
read, with the reason. The limits are those of the settings: CONCORD_READ_SECONDS=20 and so on change
them. Ends with status 1 when a file crashed its reader, or a reading holds what no reader may look at.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from attacks import LEAKED, Attack, write_attacks  # noqa: E402  # the tests make the files

from pipeline.errors import DocumentProblem  # noqa: E402
from pipeline.reading.guard import read_guarded  # noqa: E402
from pipeline.reading.text import shown  # noqa: E402
from pipeline.records import Reading  # noqa: E402
from pipeline.settings import Settings, load_settings  # noqa: E402

NOT_FILES = {"SOURCES.csv"}
"""What lies beside hostile files to say where they are from."""
PASSWORDS = "root:x:"
"""How the file begins that references to the outside ask for."""
MEMORY = "of memory"
"""What a problem says of a file that was refused for want of memory; `too_large` has other reasons too."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file: "read", "read in part", or the kind of its problem."""

    name: str
    end: str
    reason: str
    seconds: float
    line: str = ""
    expected: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()


def main() -> None:
    """Print the table, or everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="files to read instead of the ones that are made")
    parser.add_argument("--json", action="store_true", help="print what became of each file")
    options = parser.parse_args()
    settings = load_settings()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        attacks = {} if options.folder else {attack.name: attack for attack in write_attacks(Path(made))}
        outcomes = read_all(options.folder or Path(made), attacks, settings)
    seconds = time.monotonic() - started
    if options.json:
        print(json.dumps({"outcomes": [asdict(one) for one in outcomes], "seconds": seconds, "peak_mb": peak_mb()}))
    else:
        print_table(outcomes, seconds, settings)
    sys.exit(any(one.leaks or one.end == "crashed" for one in outcomes))


def read_all(folder: Path, attacks: dict[str, Attack], settings: Settings) -> list[Outcome]:
    """Return what becomes of each file of a folder."""
    paths = sorted(path for path in folder.iterdir() if path.name not in NOT_FILES)
    # The largest first: the one that takes longest must not be the last to begin.
    paths.sort(key=lambda path: path.name.startswith(("bomb", "large", "many", "nested")), reverse=True)
    with ThreadPoolExecutor(settings.processes) as executor:
        found = executor.map(lambda path: read_one(path, attacks.get(path.name), settings), paths)
        return sorted(found, key=lambda one: one.name)


def read_one(path: Path, attack: Attack | None, settings: Settings) -> Outcome:
    """Return what becomes of one file."""
    line, expected = (attack.line, tuple(sorted(attack.ends))) if attack else ("", ())
    started = time.monotonic()
    try:
        reading, _ = read_guarded(path, settings)
    except DocumentProblem as problem:
        seconds = time.monotonic() - started
        end = "out_of_memory" if MEMORY in problem.message else problem.kind
        return Outcome(path.name, end, problem.message, seconds, line, expected)
    seconds = time.monotonic() - started
    end = "read in part" if reading.notes else "read"
    reason = reading.notes[0].message if reading.notes else ""
    return Outcome(path.name, end, reason, seconds, line, expected, leaks_of(reading))


def leaks_of(reading: Reading) -> tuple[str, ...]:
    """Return what a reading holds that no reader may look at, or that no page shows."""
    text = "\n".join([reading.title, *(part for page in reading.pages for part in (page.text, page.label))])
    found = [name for name in (LEAKED, PASSWORDS) if name in text]
    return (*found, *(["hidden characters"] if shown(text) != text else []))


def peak_mb() -> int:
    """Return the most memory that a reading process has had, in mebibytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


def print_table(outcomes: Sequence[Outcome], seconds: float, settings: Settings) -> None:
    """Print how reading ended, and each file that was not read."""
    ends = Counter(one.end for one in outcomes)
    first = ["read", "read in part"]
    last = ["timed_out", "out_of_memory", "crashed"]
    kinds = sorted(ends.keys() - {*first, *last})
    print(f"{'end':16}{'files':>6}{'longest':>10}  its file")
    for end in (*first, *kinds, *last):
        mine = [one for one in outcomes if one.end == end]
        slowest = max(mine, key=lambda one: one.seconds, default=None)
        print(f"{end:16}{len(mine):6}" + (f"{slowest.seconds:8.1f} s  {slowest.name}" if slowest else ""))
    print(f"{'all':16}{len(outcomes):6}{seconds:8.1f} s, in {settings.processes} processes at a time")
    print(
        f"\nlimits: {settings.read_seconds} s, {settings.read_memory_mb} MB of memory, files of {settings.read_file_mb} MB, "
        f"{settings.read_output_mb} MB of text, {settings.read_pages} pages; most memory that a process had: {peak_mb()} MB"
    )
    leaks = [f"{one.name}: {', '.join(one.leaks)}" for one in outcomes if one.leaks]
    print(f"readings that hold what no reader may look at: {'; '.join(leaks) or 'none'}\n")
    for one in outcomes:
        if one.end not in first:
            print(f"{one.end:14} {one.name}: {one.reason}")


if __name__ == "__main__":
    main()
