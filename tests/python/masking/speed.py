"""Rows that masking handles per second of one core, measured on the labelled texts; prints, judges nothing.

    nice .venv/bin/python tests/python/masking/speed.py

Seconds are processor seconds of this process, the best of five rounds, so other work on the machine counts
little.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pyarrow as pa
from test_texts import TEXTS, read_texts

from csat.gate.mask import mask_array
from csat.gate.words import cut_array

ROUNDS = 5
ROWS = 200_000
# One answer in ten carries a comment; the others are a code of the scale and no text.
COMMENT_EVERY = 10
TEXTS_OF_A_COMPLAINT = 12


def rows_per_second(work: Callable[[pa.Array], object], rows: pa.Array) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work(rows)
        seconds.append(time.process_time() - start)
    return len(rows) / min(seconds)


def main() -> None:
    texts = [text.text for text in read_texts(TEXTS)]
    plain = [text.text for text in read_texts(TEXTS) if text.kind == "negative"]
    comments = pa.array(
        [
            plain[row // COMMENT_EVERY % len(plain)] if row % COMMENT_EVERY == 0 else None
            for row in range(ROWS)
        ]
    )
    # Complaints: sentences of customers in a row, an identity in every second or third of them.
    complaints = pa.array(
        [
            "。".join(texts[(start + step * 97) % len(texts)] for step in range(TEXTS_OF_A_COMPLAINT))
            for start in range(len(texts))
        ]
    )
    for name, rows in (
        ("answers, one in ten with a comment", comments),
        ("single texts, half of them with identities", pa.array(texts)),
        ("complaints of twelve such texts", complaints),
    ):
        lengths = [len(text) for text in rows.to_pylist() if text]
        masked = rows_per_second(mask_array, rows)
        cut = rows_per_second(lambda array: cut_array(mask_array(array)), rows)
        print(
            f"{name}: {len(rows):,} rows, {sum(lengths) / len(lengths):.0f} characters; "
            f"masked {masked:,.0f}, with words {cut:,.0f} rows per second"
        )


if __name__ == "__main__":
    main()
