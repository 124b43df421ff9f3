"""Parts are worked on in threads: results in order, few parts taken ahead, and errors raised."""

import time

import pytest

from dragoman.scoring.threads import THREADS, in_threads


def test_results_come_in_the_order_of_the_parts():
    def work(part):
        time.sleep(0.01 if part % 2 == 0 else 0)
        return part * part

    assert list(in_threads(work, range(9))) == [part * part for part in range(9)]


def test_no_more_parts_are_taken_than_are_worked_on():
    taken, done = [], []

    def parts():
        for part in range(20):
            taken.append(part)
            assert len(taken) - len(done) <= THREADS
            yield part

    for result in in_threads(lambda part: part, parts()):
        done.append(result)  # noqa: PERF402 - what is taken is compared with it meanwhile
    assert done == taken == list(range(20))


def test_what_a_part_raises_is_raised():
    def work(part):
        if part == 3:
            raise ValueError(part)
        return part

    results = in_threads(work, range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(results)
