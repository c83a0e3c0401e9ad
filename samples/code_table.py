"""Makes the table of ICD-10-CM codes that ships from a published release: `python -m samples.code_table CODES "April 2026" [--into models/codes]`.

CODES is the release's list of codes in text, one a line, of which what stands behind a blank is passed over.
"""

from __future__ import annotations

import argparse
import lzma
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

CODE = re.compile(r"[A-Z]\d[0-9A-Z][0-9A-Z]{0,4}")
CARD = """# Diagnosis codes

The {count:,} billable codes of ICD-10-CM, release of {release}, one a line, without points, in order; `pipeline/fields/code_table.py` reads them.
A code is billable that heads no longer one.

- Published by the National Center for Health Statistics of the CDC (`https://www.cdc.gov/nchs/icd/icd-10-cm/files.html`) as a work of the United
  States government: in the public domain, 17 U.S.C. 105. Codes alone, no descriptions.
- Made by `python -m samples.code_table CODES "{release}"` from the list of all codes of that release, as `simple-icd-10-cm` 1.5.0 (MIT) carries it.
- A release comes each October and April; what a release has withdrawn is no longer known.
"""


def main() -> None:
    """Read the list, write table and card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", type=Path)
    parser.add_argument("release")
    parser.add_argument("--into", type=Path, default=Path("models/codes"))
    args = parser.parse_args()
    found = billable(args.codes.read_text(encoding="utf-8").splitlines())
    args.into.mkdir(parents=True, exist_ok=True)
    (args.into / "icd10cm.txt.xz").write_bytes(lzma.compress("\n".join(found).encode("ascii"), preset=9))
    card = CARD.format(count=len(found), release=args.release)
    (args.into / "CARD.md").write_text(card, encoding="utf-8")
    print(card)  # noqa: T201


def billable(lines: Iterable[str]) -> list[str]:
    """The codes that head no longer one, in order."""
    words = (line.split()[0].replace(".", "") for line in lines if line.strip())
    codes = sorted({word for word in words if CODE.fullmatch(word)})
    return [code for code, following in pairwise([*codes, ""]) if not following.startswith(code)]


if __name__ == "__main__":
    main()
