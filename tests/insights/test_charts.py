"""Charts: numbers become marks inside the drawing, each with its words."""

import pytest

from insights import charts


def drawn(draw, values):
    words = [str(value) for value in values]
    return draw(values, words, words)


def test_a_line_runs_from_edge_to_edge_and_the_most_is_at_the_top():
    chart = drawn(charts.line, [0, 50, 100])

    assert [(mark.x, mark.y) for mark in chart.marks] == [(8.0, 112.0), (160.0, 60.0), (312.0, 8.0)]
    assert chart.line == "M8.0 112.0 L160.0 60.0 L312.0 8.0"
    assert chart.area == "M8.0 112.0 L160.0 60.0 L312.0 8.0 L312.0 112 L8 112 Z"
    assert [mark.is_last for mark in chart.marks] == [False, False, True]


def test_bars_stand_on_the_floor():
    chart = drawn(charts.bars, [52, 104])

    assert [(mark.y, mark.height) for mark in chart.marks] == [(60.0, 52.0), (8.0, 104.0)]
    assert [(mark.x, mark.width) for mark in chart.marks] == [(33.3, 101.3), (185.3, 101.3)]


@pytest.mark.parametrize("draw", [charts.line, charts.bars])
@pytest.mark.parametrize("values", [[0], [0, 0, 0], [10**15], [1] * 90, []])
def test_every_mark_is_inside_the_drawing(draw, values):
    chart = drawn(draw, values)

    assert len(chart.marks) == len(values)
    for mark in chart.marks:
        assert 0 <= mark.x <= mark.x + mark.width <= charts.WIDTH
        assert 0 <= mark.y <= mark.y + mark.height <= charts.HEIGHT


def test_values_labels_and_words_must_be_as_many():
    with pytest.raises(ValueError, match="zip"):
        charts.line([1, 2], ["a"], ["1", "2"])
