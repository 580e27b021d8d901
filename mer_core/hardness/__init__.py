"""Which samples of a set are hard, and why: tables of answers, maps of them, and comparisons."""

from mer_core.hardness.table import HardTable, Heard, Labels, load_table, save_table

__all__ = ["HardTable", "Heard", "Labels", "load_table", "save_table"]
