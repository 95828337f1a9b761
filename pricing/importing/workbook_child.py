"""The program that reads one workbook from its input and writes its cells as JSON; run by `workbooks`, never imported.

Numbers are written as Excel shows them, with 15 digits at most; formulas give the value that was stored with them.
"""

import json
import resource
import sys
from datetime import date, datetime, time
from io import BytesIO


def main() -> None:
    """Bound this process, read, answer."""
    packages, memory, seconds, *bounds = json.loads(sys.argv[1])
    sys.path.append(packages)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        answer = _sheets(sys.stdin.buffer.read(), *bounds)
    except MemoryError:
        answer = {"too_large": "memory"}
    sys.stdout.write(json.dumps(answer))


def _sheets(content: bytes, most_rows: int, most_columns: int, most_sheets: int) -> dict[str, object]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        found = []
        for name in book.sheet_names[:most_sheets]:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.end[0] + 1 if sheet.end else 0
            if rows > most_rows:
                return {"too_large": f"{rows} rows"}
            merged = sheet.merged_cell_ranges or []
            lines = [[_text(value) for value in line[:most_columns]] for line in sheet.to_python(skip_empty_area=False)]
            _spread(lines, merged)
            found.append({"name": str(name)[:60], "lines": lines})
    except calamine.PasswordError:
        return {"fault": "encrypted"}
    except (calamine.CalamineError, ValueError, OSError):
        return {"fault": "damaged"}
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the library's own; it has no public name
            raise
        return {"fault": "damaged"}
    return {"sheets": found} if found else {"fault": "empty"}


def _spread(lines: list[list[str]], merged: object) -> None:
    """Repeat the text of a cell that is merged downwards in the lines that it covers."""
    for (top, left), (bottom, _) in merged:  # type: ignore[attr-defined]  # the library ships no type for it
        for row in range(top + 1, min(bottom + 1, len(lines))):
            if left < len(lines[row]):
                lines[row][left] = lines[top][left]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


main()
