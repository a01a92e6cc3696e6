"""Presidio's pattern recognisers for a bank's entities on the text that the detector is measured on.

Usage: bench.py TEXT OURS OUT - TEXT a file, OURS a command that prints the detector's MB/s for the file given as
its last argument, OUT the JSON of figures. No language model is loaded: the recognisers are run directly.
"""

import json
import logging
import shlex
import subprocess
import sys
import time

from presidio_analyzer.predefined_recognizers import (
    AbaRoutingRecognizer,
    CreditCardRecognizer,
    CryptoRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    UsItinRecognizer,
    UsSsnRecognizer,
)

RATIO_LIMIT = 100.0
PIECE_CHARACTERS = 4096


def pieces(text):
    """Lines, gathered to pieces of about the length that an application hands over at once."""
    piece = []
    length = 0
    for line in text.splitlines(keepends=True):
        piece.append(line)
        length += len(line)
        if length >= PIECE_CHARACTERS:
            yield "".join(piece)
            piece, length = [], 0
    if piece:
        yield "".join(piece)


def presidio_speed(text):
    """Megabytes a second of a core, the best of three runs."""
    recognisers = [
        kind()
        for kind in (
            AbaRoutingRecognizer,
            CreditCardRecognizer,
            CryptoRecognizer,
            EmailRecognizer,
            IbanRecognizer,
            IpRecognizer,
            UsItinRecognizer,
            UsSsnRecognizer,
        )
    ]
    texts = list(pieces(text))
    megabytes = len(text.encode()) / 1e6
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        spans = sum(
            len(recogniser.analyze(piece, recogniser.supported_entities, None))
            for piece in texts
            for recogniser in recognisers
        )
        best = min(best, time.thread_time() - start)
    if spans == 0:
        raise SystemExit("expected Presidio to find something, got nothing")
    return megabytes / best


def main():
    text_path, ours_command, out_path = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    with open(text_path, encoding="utf-8") as file:
        text = file.read()
    peer = presidio_speed(text)
    ours = float(subprocess.run(shlex.split(ours_command) + [text_path], check=True, capture_output=True).stdout)
    ratio = ours / peer
    holds = ratio >= RATIO_LIMIT
    print(f"bank subset: ours {ours:.0f} MB/s, Presidio {peer:.2f} MB/s, ratio {ratio:.0f} (limit {RATIO_LIMIT:.0f})")
    figure = {
        "name": "bank subset, mixed text in pieces of 4 kB",
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "unit": "MB/s",
        "limit": RATIO_LIMIT,
        "holds": holds,
    }
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump([figure], file, indent=2)
        file.write("\n")
    raise SystemExit(0 if holds else 1)


if __name__ == "__main__":
    main()
