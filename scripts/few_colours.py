"""Pictures of pages in 256 colours: a fifth of the bytes."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# In a browser: at most 256 colours of a picture, and each point's place among them.
QUANTISE: Final = """
async (png) => {
  const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const { width, height } = image;
  const sheet = new OffscreenCanvas(width, height).getContext("2d");
  sheet.drawImage(image, 0, 0);
  const points = new Uint32Array(sheet.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1);
  const common = [...counts].sort((one, other) => other[1] - one[1]).map(([point]) => point);
  const parts = (point) => [point & 255, (point >> 8) & 255, (point >> 16) & 255];
  // The commonest as they are: grounds. Then whatever is far from all that is there: rare colours
  // are lines of charts.
  const palette = common.slice(0, 32).map(parts);
  const distance = (one, other) =>
    one.reduce((sum, part, index) => sum + (part - other[index]) ** 2, 0);
  const nearest = (colour) => {
    let best = 0, least = Infinity;
    palette.forEach((other, index) => {
      const far = distance(colour, other);
      if (far < least) { least = far; best = index; }
    });
    return [best, least];
  };
  for (const apart of [600, 150, 40, 0]) {
    for (const point of common) {
      if (palette.length === 256) break;
      const colour = parts(point);
      if (nearest(colour)[1] > apart) palette.push(colour);
    }
  }
  const places = new Map(common.map((point) => [point, nearest(parts(point))[0]]));
  const indices = Uint8Array.from(points, (point) => places.get(point));
  let text = "";
  for (let at = 0; at < indices.length; at += 32768) {
    text += String.fromCharCode(...indices.subarray(at, at + 32768));
  }
  return { width, height, palette: palette.flat(), indices: btoa(text) };
}
"""


def in_few_colours(browser: Browser, png: bytes) -> bytes:
    """Return the picture as a PNG with a palette."""
    page: Page = browser.new_page()
    found = page.evaluate(QUANTISE, base64.b64encode(png).decode())
    page.close()
    width, height = int(found["width"]), int(found["height"])
    points = base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + points[at : at + width] for at in range(0, len(points), width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", bytes(found["palette"])),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
