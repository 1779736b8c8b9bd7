"""What a person meets who asks for an export, beside `ExportImpossible`."""

from __future__ import annotations

from training_analyzer.errors.refusals import ExportImpossible
from training_analyzer.errors.root import GarminSyncError


class ParquetMissing(ExportImpossible):
    """Parquet needs one more package: pip install 'training-analyzer[parquet]'."""

    code = "validation_failed"
    http_status = 422


class ExportUnderWay(GarminSyncError):
    """Another export of yours is being made. Wait until it is ready, or delete it."""

    code = "conflict"
    http_status = 409


class ExportNotReady(GarminSyncError):
    """There is no file yet, or it could not be made: the export's state says which."""

    code = "conflict"
    http_status = 409


class ExportExpired(GarminSyncError):
    """The file is gone: it is kept for 7 days. Make a new export."""

    code = "export_expired"
    http_status = 410
