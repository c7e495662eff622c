"""Selects samples/warn-2000.csv from the WARN register, the same rows every time.

    /usr/bin/python3 samples/select_warn.py ../shared/data/warn/notices-1987-2022.csv.gz > samples/warn-2000.csv

Employers with several dated notices are taken in the order of a hash of their key, alternating those that ever filed a
closure with those that did not; a few rows without a notice date come along, as real registers have them.
"""
import csv
import gzip
import hashlib
import sys

ROWS = 2000
UNDATED = 12
LEFT_OUT = {"source_url", "source_notice_id"}


def rank(text):
    return hashlib.sha256(text.encode()).hexdigest()


def main(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = [c for c in reader.fieldnames if c not in LEFT_OUT]
        rows = [row for row in reader if len(row["employer_key"]) <= 120]
    by_employer = {}
    for row in rows:
        if row["notice_date"]:
            by_employer.setdefault(row["employer_key"], []).append(row)
    several = sorted((key for key, notices in by_employer.items() if 3 <= len(notices) <= 40), key=rank)
    closing = [key for key in several if any(n["layoff_type"] == "closure" for n in by_employer[key])]
    others = [key for key in several if key not in set(closing)]
    chosen = sorted((row for row in rows if not row["notice_date"]), key=lambda row: rank(row["dedupe_key"]))[:UNDATED]
    for pair in zip(closing, others):
        for key in pair:
            if len(chosen) + len(by_employer[key]) <= ROWS:
                chosen += by_employer[key]
    chosen.sort(key=lambda row: (row["notice_date"] or "2010", row["dedupe_key"]))
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(chosen)


if __name__ == "__main__":
    main(sys.argv[1])
