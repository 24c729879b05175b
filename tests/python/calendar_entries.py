"""Reads a calendar from stdin as the package icalendar does, and prints its entries as JSON."""

import json
import sys

import icalendar


def main():
    raw = sys.stdin.buffer.read()
    lines = raw.split(b"\r\n")
    calendar = icalendar.Calendar.from_ical(raw)
    entries = []
    for entry in calendar.walk("VEVENT"):
        end = entry.get("DTEND")
        entries.append(
            {
                "uid": str(entry["UID"]),
                "summary": str(entry["SUMMARY"]),
                "location": str(entry["LOCATION"]),
                "description": str(entry.get("DESCRIPTION", "")),
                "url": str(entry.get("URL", "")),
                "status": str(entry["STATUS"]),
                "sequence": int(entry["SEQUENCE"]),
                "start": entry["DTSTART"].dt.isoformat(),
                "end": end.dt.isoformat() if end else None,
                "stamp": entry["DTSTAMP"].dt.isoformat(),
            }
        )
    json.dump(
        {
            "name": str(calendar["X-WR-CALNAME"]),
            "method": str(calendar["METHOD"]),
            "errors": [str(error) for part in calendar.walk() for error in part.errors],
            "longest_line": max(map(len, lines)),
            "bare_line_feeds": sum(line.count(b"\n") for line in lines),
            "entries": entries,
        },
        sys.stdout,
    )


main()
