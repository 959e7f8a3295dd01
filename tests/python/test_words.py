"""Words of free text, cut in the gate and kept beside the masked text."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa

from csat.gate import run_gate
from csat.gate.words import cut_array, cut_words
from csat.paths import Paths


def test_a_label_is_one_word_among_the_words_of_its_sentence() -> None:
    assert cut_words("理赔太慢,请打[手机号]找我") == "理赔 太慢 , 请 打 [手机号] 找 我"
    assert cut_words("") == ""


def test_a_text_that_is_missing_has_no_words() -> None:
    assert cut_array(pa.array([None, "理赔"])).to_pylist() == [None, "理赔"]


def test_words_are_those_of_the_masked_text_and_name_what_cut_them(paths: Paths, tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text(
        "response_id,question_code,raw_value,answer_text\nr1,Q1,,请打13812345678找我\nr2,Q1,5,\n",
        encoding="utf-8",
    )
    run_gate(paths, [answers], "survey.answers")
    assert duckdb.sql(
        "select answer_text, answer_text_words "
        f"from '{paths.raw}/survey/answers/part-*.parquet' order by source_row_number"
    ).fetchall() == [("请打[手机号]找我", "请 打 [手机号] 找 我"), (None, None)]
    assert duckdb.sql(f"select segmenter from '{paths.raw}/gate/files/*.parquet'").fetchall() == [
        (f"rjieba {version('rjieba')}",)
    ]
