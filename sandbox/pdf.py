"""A PDF of one page, for attachments: small, and true to the format."""

from __future__ import annotations

import textwrap


def one_page(text: str) -> bytes:
    """The text on one A4 page, as PDF 1.4. Raises UnicodeEncodeError outside Windows-1252."""
    lines = [line for part in text.splitlines() for line in (textwrap.wrap(part, 80) or [""])]
    drawn = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    content = b"BT /F1 12 Tf 60 780 Td 16 TL\n" + drawn + b"ET"
    fonts = b"/Resources << /Font << /F1 5 0 R >> >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % fonts,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content_of in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content_of)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
