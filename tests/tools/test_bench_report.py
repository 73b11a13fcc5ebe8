"""docs/benchmarks.md is written part by part, by several scripts."""

from __future__ import annotations

from tools.bench_report import INTRODUCTION, percentile, table, with_part


def test_a_part_is_added_and_then_replaced_and_the_others_stay() -> None:
    first = with_part(INTRODUCTION, "One", "| a | 1 |")
    both = with_part(first, "Two", "| b | 2 |")
    changed = with_part(both, "One", r"| a | \\1 |")
    assert changed == f"{INTRODUCTION}\n## One\n\n| a | \\\\1 |\n\n## Two\n\n| b | 2 |\n"
    assert with_part(changed, "Two", "| b | 2 |") == changed


def test_a_part_is_found_by_its_whole_title() -> None:
    report = with_part(with_part(INTRODUCTION, "A turn beside others", "1st"), "A turn", "2nd")
    assert report.index("1st") < report.index("2nd")


def test_a_table_is_markdown() -> None:
    assert table(("what", "n"), [("a", "1")]) == "| what | n |\n| --- | --- |\n| a | 1 |"


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.95), percentile(values, 1.0)) == (96.0, 100.0)
