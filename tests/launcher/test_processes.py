import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.errors import CannotStart
from launcher.processes import inherited_environment, run
from launcher.supervisor import Service
from tests.launcher.helpers import becomes, is_alive

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
LAUNCHER = """
import subprocess, sys, time
from pathlib import Path
from launcher.processes import spawn
child = spawn(sys.argv[1:], cwd=Path("/"), environment={}, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""


def service(tmp_path: Path, *command: str, **options) -> Service:
    return Service("part", command, {}, tmp_path, tmp_path / "part.log", **options)


def test_a_child_goes_when_its_launcher_is_killed():
    # Given
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, *SLEEP], stdout=subprocess.PIPE, text=True)
    child = int(launcher.stdout.readline())
    assert is_alive(child)
    # When
    launcher.kill()
    launcher.wait()
    # Then
    assert becomes(lambda: not is_alive(child))


def test_a_failed_program_is_shown_with_the_end_of_its_log(tmp_path):
    program = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"
    with pytest.raises(CannotStart) as caught:
        run("Trying", [sys.executable, "-c", program], cwd=tmp_path, environment={}, log=tmp_path / "log")
    assert str(caught.value).startswith(f"Trying failed (exit code 3); {tmp_path}/log ends with:\n")
    assert set(str(caught.value).splitlines()[1:]) == {"one", "two"}


def test_only_what_a_program_says_reaches_its_output(tmp_path):
    program = "import sys; print('sign-ins'); print('noise', file=sys.stderr)"
    run(
        "Trying", [sys.executable, "-c", program],
        cwd=tmp_path, environment={}, log=tmp_path / "log", output=tmp_path / "output",
    )  # fmt: skip
    assert (tmp_path / "output").read_text() == "sign-ins\n"
    assert (tmp_path / "log").read_text() == "noise\n"


def test_nobody_elses_python_or_database_leaks_into_a_child(monkeypatch):
    for name in ("PYTHONPATH", "PGHOST", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "elsewhere")
    assert not {"PYTHONPATH", "PGHOST", "DJANGO_SETTINGS_MODULE"} & set(inherited_environment())


def test_a_killed_service_is_started_again(tmp_path, supervisor, capsys):
    # Given
    child = supervisor.start(service(tmp_path, *SLEEP))
    first = child.process.pid
    # When
    os.kill(first, signal.SIGKILL)
    # Then
    assert becomes(lambda: (supervisor.look_after(), child.process.pid != first)[1])
    assert capsys.readouterr().err == f"part stopped (signal 9). Starting it again in 0.5 s. Log: {tmp_path}/part.log\n"


def test_the_pause_doubles_while_a_service_keeps_dying(tmp_path, supervisor, capsys):
    # Given
    child = supervisor.start(service(tmp_path, sys.executable, "-c", "raise SystemExit(7)"))
    # When
    assert becomes(lambda: (supervisor.look_after(), child.failures == 3)[1])
    # Then
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" Log")[0] for line in lines] == [
        f"part stopped (exit code 7). Starting it again in {pause} s." for pause in ("0.5", "1", "2")
    ]


def test_a_service_that_ends_while_it_is_waited_for_is_refused_with_its_log(tmp_path, supervisor):
    broken = service(tmp_path, sys.executable, "-c", "raise SystemExit('no such table')")
    with pytest.raises(CannotStart, match=r"part ended at once \(exit code 1\); .*ends with:\nno such table"):
        supervisor.start_and_wait(broken, lambda pid: False, seconds=10)
    assert supervisor.children == []


def test_stopping_ends_children_and_what_they_started(tmp_path, supervisor):
    # Given a service that ignores SIGTERM and has a child of its own.
    program = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"child = subprocess.Popen({SLEEP!r}); open('child', 'w').write(str(child.pid)); time.sleep(60)"
    )
    child = supervisor.start(service(tmp_path, sys.executable, "-c", program, patience=0.2))
    assert becomes(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text())
    # When
    supervisor.stop()
    # Then
    assert child.process.returncode == -signal.SIGKILL
    assert becomes(lambda: not is_alive(int((tmp_path / "child").read_text())))
