"""A sweep does all it can: what is broken stops nothing else."""

from kit.sweeping import one_by_one


class Away(Exception):
    pass


def outcomes_of(*answers):
    """Sweep over answers, each returned or raised; return what was done and what was tried."""
    tried = []

    def job(answer):
        tried.append(answer)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return one_by_one(job, answers, away=Away), len(tried)


def test_what_is_broken_is_logged_and_left(caplog):
    assert outcomes_of(1, KeyError("odd"), 3) == ([1, 3], 3)
    assert "KeyError" in caplog.text


def test_after_three_that_nobody_answered_the_rest_waits():
    assert outcomes_of(1, Away(), Away(), Away(), 5) == ([1], 4)


def test_one_answer_shows_that_somebody_is_there():
    assert outcomes_of(Away(), Away(), 3, Away(), Away(), 6) == ([3, 6], 6)
