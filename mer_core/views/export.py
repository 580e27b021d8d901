"""A finding as a table that any program reads."""

import csv
import io

from mer_core.probes.base import Finding


def to_csv(finding: Finding) -> str:
    """Every number of a finding, one row each, with the unit in a comment on top.

    Returns:
        Comma separated text with a header; the first line begins with `#` and says what the
        numbers mean.
    """
    rows = list(finding.rows())
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    about = "; ".join(part for part in (finding.unit, finding.sign, finding.baseline) if part)
    out.write(f"# {about}\n")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
