"""The data that is measured, made through the service's own HTTP."""

import datetime
import http.client
import json
import time
import urllib.parse

from .machine import Failed

SLUG = "lasten"


class Client:
    """One connection to a service."""

    def __init__(self, address, token=None):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(address).netloc, timeout=60)
        self.token, self.used = token, 0.0

    def send(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if time.monotonic() - self.used > 2:
            self.connection.close()  # the service would soon, and a request must not cross that
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.used = time.monotonic()
        if answer.status >= 400:
            raise Failed(f"{method} {path}: {answer.status} {content[:500]!r}")
        return answer, content

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return json.loads(self.send("GET", path)[1])

    def make(self, path, body):
        return json.loads(self.send("POST", path, body)[1])


class Conference:
    """A published event with sessions and ticket types, and the token of its owner."""

    def __init__(self, service, sessions=300, quotas=1):
        self.service = service
        service.command("organisation", "create", "--slug", "last", "--name", "Last")
        self.token = service.command("token", "create", "--organisation", "last", "--role", "owner")
        self.client = Client(service.address, self.token)
        self.own = f"/api/v1/organiser/events/{SLUG}"
        self.public = f"/api/v1/events/{SLUG}"
        self.opening = datetime.datetime.now(datetime.timezone.utc).replace(
            hour=8, minute=0, second=0, microsecond=0) + datetime.timedelta(days=365)
        self.runs = self.acknowledged = 0
        self.loads = 0
        self.make_event()
        if sessions:
            self.make_programme(sessions)
        self.tickets = [self.make_ticket_type(number) for number in range(quotas)]
        self.client.make(f"{self.own}/publish", {})

    def make_event(self):
        last_day = self.opening + datetime.timedelta(days=2)
        self.client.make("/api/v1/organiser/events", {
            "organisation": "last", "slug": SLUG, "title": {"nb": "Konferansen som måles"},
            "starts_on": self.opening.date().isoformat(), "ends_on": last_day.date().isoformat(),
            "timezone": "Europe/Oslo", "format": "hybrid", "languages": ["nb", "en"], "default_language": "nb"})

    def make_programme(self, sessions):
        """Three days, four rooms, a speaker for each session, and a recording of every day."""
        make, own = self.client.make, self.own
        rooms = [make(f"{own}/rooms", {"name": {"nb": f"Sal {n}"}, "capacity": 200})["id"] for n in range(1, 5)]
        for number in range(sessions):
            speaker = make(f"{own}/speakers", {
                "name": f"Kari Nordmann {number}", "position": "Leder for barnevernet",
                "affiliation": "Lørenskog kommune"})
            day, place = number % 3, number // 3
            starts = self.opening + datetime.timedelta(days=day, minutes=20 * (place // 4))
            make(f"{own}/sessions", {
                "title": {"nb": f"Oppvekstplanen, del {number}", "en": f"Growing up, part {number}"},
                "abstract": {"nb": "Hvordan *barn og unge* ble hørt, og hva det førte til."},
                "kind": "talk", "language": "nb", "room_id": rooms[place % 4],
                "starts_at": starts.isoformat(), "ends_at": (starts + datetime.timedelta(minutes=20)).isoformat(),
                "speakers": [{"speaker_id": speaker["id"], "role": "speaker"}]})
        make(f"{own}/programme/releases", {"note": {"nb": "Første program"}})
        for day in range(3):
            begins = self.opening + datetime.timedelta(days=day)
            make(f"{own}/recordings", {
                "title": {"nb": f"Dag {day + 1}"}, "url": f"https://www.youtube.com/watch?v=dQw4w9WgXc{day}",
                "language": "nb", "state": "published",
                "segments": [{"media_start_seconds": 0, "starts_at": begins.isoformat()}]})

    def make_ticket_type(self, number):
        quota = self.client.make(f"{self.own}/quotas", {"name": {"nb": f"Sal {number}"}, "size": 10_000_000})
        return self.client.make(f"{self.own}/ticket-types", {
            "name": {"nb": f"I sal {number}"}, "attendance": "in_person", "quotas": [quota["id"]]})["id"]

    def register(self, seconds, most=0, service=None, **settings):
        """A load of registrations on its way; `counted` takes its result."""
        from .machine import Load
        self.runs += 1
        self.loads += settings.get("connections", 64)
        address = (service or self.service).address
        return Load(f"{address}{self.public}/registrations", seconds, script="register",
                    RUN=f"r{self.runs}", MOST=str(most), TICKETS=" ".join(self.tickets), **settings)

    def counted(self, load):
        seen = load.result()
        self.acknowledged += seen["answers"]
        return seen

    def fill(self, rows):
        """Registers until there are so many rows."""
        while self.acknowledged < rows - 1:
            missing = rows - self.acknowledged
            self.counted(self.register(2 if missing < 4000 else 10, most=max(1, missing // 2)))

    def check(self):
        """What was acknowledged is there: nothing lost, nothing held twice."""
        quotas = self.client.get(f"{self.own}/quotas", limit=200)["items"]
        held = sum(quota["held"] for quota in quotas)
        # When wrk stops, each connection may have one more under way that it never counts.
        if not self.acknowledged <= held <= self.acknowledged + self.loads:
            raise Failed(f"{self.acknowledged} registrations were acknowledged, but {held} seats are held")
