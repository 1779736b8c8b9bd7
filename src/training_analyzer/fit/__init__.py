"""An activity's original file: what lies in the archive, and FIT bytes as laps and a track. Pure.

fitfast decodes; fitdecode, some fifty times slower, takes what fitfast refuses: files
without a header checksum, and damaged ones, of which it keeps what can be read.
"""

from __future__ import annotations

from training_analyzer.fit.archive import Format, Inner, unwrap
from training_analyzer.fit.decoding import Decoded, Status, decode

__all__ = ["Decoded", "Format", "Inner", "Status", "decode", "unwrap"]
