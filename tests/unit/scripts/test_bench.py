"""The harness of the benches."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest
from benches import harness
from benches.harness import Bench, BenchError, Outcome, alternate, main, ratio_of
from benches.load import rate


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benches whose outcome is known beforehand."""

    def broken() -> Outcome:
        raise BenchError("the server did not start")

    found = {
        "good": Bench("Compares.", "ratio at least 0.5", lambda: Outcome({"ours_per_s": 7}, 0.70001, True)),
        "bad": Bench("Compares.", "ratio at least 0.5", lambda: Outcome({"ours_per_s": 1}, 0.1, False)),
        "broken": Bench("Compares.", "ratio at least 0.5", broken),
    }
    monkeypatch.setattr(harness, "benches", lambda: found)


@pytest.mark.parametrize(("name", "status"), [("good", 0), ("bad", 1)], ids=["holds", "does not hold"])
def test_a_bench_prints_one_object_and_says_by_its_status_whether_it_holds(
    name: str, status: int, known: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The keys are those that whoever compares runs relies on."""
    assert main([name]) == status
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["bench", "figures", "ratio", "goal", "holds", "load"]
    assert report["holds"] is (status == 0)
    assert {"cores", "loadavg", "python"} == set(report["load"])


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["good", "bad"]], ids=["none", "unknown", "two"])
def test_what_is_not_known_is_refused(arguments: list[str], known: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and the names that there are."""
    assert main(arguments) == 2
    assert "good" in capsys.readouterr().err


def test_a_bench_that_cannot_run_says_why(known: None, capsys: pytest.CaptureFixture[str]) -> None:
    """That is no outcome: nothing on standard output, status 2."""
    assert main(["broken"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "bench: the server did not start\n")


def test_the_list_names_every_bench(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the folder, one a line."""
    assert main(["--list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert {"boot", "http-floor"} <= set(names)


def test_sides_are_measured_in_turn() -> None:
    """A disturbance meets both; the ratio is taken round by round."""
    order: list[str] = []
    found = alternate(2, ours=lambda: order.append("ours") or 3.0, bare=lambda: order.append("bare") or 6.0)
    assert order == ["ours", "bare", "ours", "bare"]
    assert ratio_of(found["ours"], found["bare"]) == 0.5


@pytest.fixture
def answering() -> Iterator[int]:
    """A server that answers 503 to everything; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_an_error_is_not_counted_as_an_answer(answering: int) -> None:
    """A fast refusal must not look like a fast server."""
    with pytest.raises(BenchError, match="503"):
        rate(answering, "/ping", seconds=5, connections=1)
