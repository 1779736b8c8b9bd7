"""Files and curves of an activity: the original FIT, the exports, the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.curves import ms
from training_analyzer.simulator.fit_file import zipped_fit
from training_analyzer.simulator.payloads.activities import found_activity
from training_analyzer.simulator.payloads.asking import ACCOUNT, BOTH, NOT_FOUND, Ask, Served
from training_analyzer.simulator.tracks import Point, track

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.simulator.training import Activity
    from training_analyzer.streams import Json

_GPX: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx creator="Garmin Connect" version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    "<trk><trkseg>{points}</trkseg></trk></gpx>\n"
)
_TCX: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
    'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
    '<Activity Sport="Other"><Id>{start}</Id><Lap StartTime="{start}"><TotalTimeSeconds>{seconds}'
    "</TotalTimeSeconds><DistanceMeters>{metres}</DistanceMeters><Track>{points}</Track></Lap>"
    "</Activity></Activities></TrainingCenterDatabase>\n"
)
_KML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
    "<Placemark><LineString><coordinates>{points}</coordinates></LineString></Placemark></kml>\n"
)
_MOST_CHART_POINTS: Final = 2000


def _points(ask: Ask, one: Activity) -> list[Point]:
    return [point for leg in one.legs or (one,) for point in track(ask.athlete, leg)]


def _original(ask: Ask) -> Answer:
    one = found_activity(ask)
    if one is None or one.is_manual or one.parent_id is not None:
        return NOT_FOUND
    zipped = zipped_fit(ask.athlete, one)
    return Answer(body=zipped, content_type="application/x-zip-compressed")


def _utc(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _export(ask: Ask) -> Answer:
    one = found_activity(ask)
    if one is None or ask.places["form"] not in ("gpx", "tcx", "kml", "csv"):
        return NOT_FOUND
    text, content_type = {
        "gpx": (_gpx, "application/gpx+xml"),
        "tcx": (_tcx, "application/vnd.garmin.tcx+xml"),
        "kml": (_kml, "application/vnd.google-earth.kml+xml"),
        "csv": (_csv, "text/csv"),
    }[ask.places["form"]]
    return Answer(body=text(one, _points(ask, one)).encode(), content_type=content_type)


def _gpx(_one: Activity, points: list[Point]) -> str:
    shown = (
        f'<trkpt lat="{point.position[0]:.7f}" lon="{point.position[1]:.7f}">'
        f"<ele>{point.altitude_m}</ele><time>{_utc(point.at)}</time></trkpt>"
        for point in points
        if point.position
    )
    return _GPX.format(points="".join(shown))


def _tcx(one: Activity, points: list[Point]) -> str:
    shown = (
        f"<Trackpoint><Time>{_utc(point.at)}</Time>"
        f"<DistanceMeters>{point.distance_m}</DistanceMeters></Trackpoint>"
        for point in points
    )
    return _TCX.format(
        start=_utc(one.start),
        seconds=one.duration_s,
        metres=one.distance_m,
        points="".join(shown),
    )


def _kml(_one: Activity, points: list[Point]) -> str:
    shown = (
        f"{point.position[1]:.7f},{point.position[0]:.7f},{point.altitude_m}"
        for point in points
        if point.position
    )
    return _KML.format(points=" ".join(shown))


def _csv(one: Activity, _points: list[Point]) -> str:
    return f"Laps,Time,Distance\n1,{one.duration_s},{one.distance_m}\n"


def _chart(ask: Ask) -> Json | Answer:
    one = found_activity(ask)
    if one is None:
        return NOT_FOUND
    points = _points(ask, one)
    shown = points[:: 1 + len(points) // _MOST_CHART_POINTS]
    keys = ("directTimestamp", "sumDistance", "directSpeed", "directHeartRate")
    descriptors: list[Json] = [
        {"metricsIndex": index, "key": key, "unit": None} for index, key in enumerate(keys)
    ]
    metrics: list[Json] = [
        {"metrics": [ms(point.at), point.distance_m, point.speed_mps, point.bpm]} for point in shown
    ]
    return {
        "activityId": one.activity_id,
        "measurementCount": len(keys),
        "metricsCount": len(metrics),
        "metricDescriptors": descriptors,
        "activityDetailMetrics": metrics,
        "geoPolylineDTO": None,
        "detailsAvailable": True,
    }


def _weather(ask: Ask) -> Json | Answer:
    return NOT_FOUND if found_activity(ask) is None else {"issueDate": None, "temp": None}


ROUTES = (
    Served("/download-service/files/activity/{id}", _original, BOTH),
    Served("/download-service/export/{form}/activity/{id}", _export, ACCOUNT),
    Served("/activity-service/activity/{id}/details", _chart, ACCOUNT),
    Served("/activity-service/activity/{id}/weather", _weather, ACCOUNT),
)
