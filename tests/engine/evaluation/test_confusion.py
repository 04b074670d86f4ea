"""Confusion and the numbers of each class: scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from engine.evaluation.confusion import examples_of, mistakes, most_confused, shares
from engine.evaluation.values import NOBODY
from tests.engine.evaluation.made import evaluation, judged


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize(("classes", "count"), [(10, 500), (2, 40), (1, 7), (1000, 3000), (5, 1), (30, 12)])
def test_matrix_and_scores_are_scikit_learns(classes: int, count: int) -> None:
    made = evaluation(classes, count)
    labels = list(range(classes))
    assert made.confusion.dtype == np.int64
    assert (made.confusion == confusion_matrix(made.true, made.predicted, labels=labels)).all()
    wanted = precision_recall_fscore_support(made.true, made.predicted, labels=labels, zero_division=0)
    for name, column in zip(("precision", "recall", "f1", "support"), wanted, strict=True):
        assert [getattr(each, name) for each in made.per_class] == pytest.approx(column.tolist(), abs=1e-12)
    for of in ("true", "pred"):
        with np.errstate(all="ignore"):
            share = confusion_matrix(made.true, made.predicted, labels=labels, normalize=of)
        assert np.allclose(shares(made.confusion, "row" if of == "true" else "column"), share, rtol=0, atol=1e-12)
    assert (shares(made.confusion, "count") == made.confusion).all()


def test_what_is_confused_most() -> None:
    made = evaluation(6, 300)
    every = sorted(((int((made.predicted[made.true == one] == other).sum()), one, other)
                    for one in range(6) for other in range(6) if one != other), reverse=True)
    found = most_confused(made.confusion, 8)
    assert [each.examples for each in found] == [count for count, _, _ in every[:8]]
    for each in found:
        cell = (made.true == each.true) & (made.predicted == each.predicted)
        assert each.examples == cell.sum() and each.share == pytest.approx(cell.sum() / (made.true == each.true).sum())
    assert most_confused(np.diag([3, 4]), 5) == [] == most_confused(np.zeros((0, 0), np.int64), 5)


def test_mistakes_and_the_examples_of_a_cell() -> None:
    made = evaluation(6, 300)
    wrong = [index for index in range(300) if made.true[index] != made.predicted[index]]
    assert mistakes(made).tolist() == sorted(wrong, key=lambda index: -made.confidence[index])
    cell = [index for index in range(300) if (made.true[index], made.predicted[index]) == (2, 3)]
    assert cell and examples_of(made, 2, 3).tolist() == sorted(cell, key=lambda index: -made.confidence[index])
    assert sorted(examples_of(made, true=1)) == np.flatnonzero(made.true == 1).tolist()
    assert sorted(examples_of(made, predicted=1)) == np.flatnonzero(made.predicted == 1).tolist()
    assert len(examples_of(made)) == 300


def test_no_number_is_taken_for_nothing() -> None:
    made = judged(np.array([0, 1, 1]), np.array([0, NOBODY, 1]), np.array([0.9, np.nan, 0.8]), 2)
    assert made.confusion.tolist() == [[1, 0], [0, 1]] and made.accuracy == 2 / 3
    assert [each.support for each in made.per_class] == [1, 2] and made.per_class[1].recall == 0.5
    assert mistakes(made).tolist() == [1] and made.as_json()["accuracy"] == 2 / 3
