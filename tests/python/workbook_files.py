"""XLSX workbooks for tests, written part by part, so that every part can be broken."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from xml.sax.saxutils import escape

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_STYLES = (
    '<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DOC = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def _letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _serial(moment: date | datetime) -> float:
    day = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    return (day - datetime(1899, 12, 30)).total_seconds() / 86400


def cell(row: int, column: int, value: object) -> str:
    """Return the XML of one cell; dates get the style that makes a number a date."""
    place = f"{_letters(column)}{row}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        style = 2 if isinstance(value, datetime) else 1
        return f'<c r="{place}" s="{style}"><v>{_serial(value)!r}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def sheet(rows: list[list[object]]) -> str:
    """Return the XML of a sheet."""
    lines = [
        f'<row r="{r}">' + "".join(cell(r, c, value) for c, value in enumerate(row, start=1)) + "</row>"
        for r, row in enumerate(rows, start=1)
    ]
    return f'<?xml version="1.0"?><worksheet {_MAIN}><sheetData>{"".join(lines)}</sheetData></worksheet>'


def parts(sheets: dict[str, list[list[object]] | str]) -> dict[str, str]:
    """Return the parts of a workbook by name; a sheet may be given as XML."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, start=1)
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="r{n}" Type="{kind}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, start=1)
    )
    links += f'<Relationship Id="rs" Type="{kind}/styles" Target="styles.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    head = '<?xml version="1.0"?>'
    found = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "xl/workbook.xml": f"{head}<workbook {_MAIN} {_DOC}><sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}">{links}</Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for n, content in enumerate(sheets.values(), start=1):
        found[f"xl/worksheets/sheet{n}.xml"] = content if isinstance(content, str) else sheet(content)
    return found


def zipped(found: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the bytes of a zip archive."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", compression) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return output.getvalue()


def workbook(rows: list[list[object]], **more: list[list[object]] | str) -> bytes:
    """Return the bytes of a workbook: the first sheet, then others by name."""
    return zipped(parts({"Sheet1": rows, **more}))
