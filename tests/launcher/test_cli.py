from pathlib import Path

import pytest

from launcher.cli import BadUsage, Order, main, read


def test_options_stand_before_or_right_after_the_command():
    # When
    after = read(["demo", "--port", "8100", "--fresh"])
    before = read(["--fresh", "--port=8100", "demo"])
    # Then
    assert after == before == Order(command="demo", port=8100, fresh=True)


def test_everything_after_the_first_other_word_belongs_to_the_command():
    # When
    order = read(["manage", "--state", "/srv/lw", "board", "--fresh", "tape.csv"])
    # Then
    assert (order.command, order.state, order.fresh) == ("manage", Path("/srv/lw"), False)
    assert order.rest == ["board", "--fresh", "tape.csv"]


def test_pytest_options_reach_pytest():
    assert read(["test", "-k", "ledger"]).rest == ["-k", "ledger"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([], "A command is missing"),
        (["dmeo"], "There is no command dmeo"),
        (["demo", "--port"], "--port needs a value"),
        (["demo", "--port", "http"], "--port http: a port is a number from 1 to 65535"),
        (["demo", "--port", "65536"], "--port 65536: a port is a number from 1 to 65535"),
        (["demo", "now"], "demo does not know now"),
        (["bench"], "bench needs the name of a benchmark"),
        (["test", "--port", "8000"], "--port is for demo"),
        (["screenshots", "here", "there"], "screenshots takes one folder, and does not know there"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused_in_a_sentence(typed, said):
    with pytest.raises(BadUsage, match=f"^{said}$"):
        read(typed)


def test_help_needs_nothing(capsys):
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("python3 run.py demo ")
