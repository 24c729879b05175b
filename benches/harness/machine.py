"""What runs during a measurement: the service, the limits, PostgreSQL, wrk. Each is ended by its pid."""

import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHES = ROOT / "benches"


class Failed(Exception):
    """Why there is no measurement, in a line or two."""


def clean_environment(**settings):
    """Without anybody's own settings of the service or of PostgreSQL."""
    mine = ("KONGRESS_", "PG", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    return kept | settings


def start_and_read_address(command, log, **how):
    """Starts a server that prints its address; returns the process and the address."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, **how)
    for line in process.stdout:
        found = re.search(r"http://[0-9.]+:[0-9]+", line)
        if found:
            return process, found.group()
    process.wait()
    raise Failed(f"{command[0]} ended without an address; its log is {log.name}")


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    process.stdout.close()


class Service:
    """One `kongress serve`, with mail that can't be delivered: it waits in the outbox."""

    def __init__(self, lab, store, batch=256):
        self.lab, self.store, self.batch = lab, store, batch
        self.environment = clean_environment(
            DATABASE_URL=store,
            KONGRESS_LISTEN="127.0.0.1:0",
            KONGRESS_RATE_LIMIT="off",
            KONGRESS_SMTP_URL="smtp://127.0.0.1:1",
            KONGRESS_WRITE_BATCH=str(batch),
            KONGRESS_LOG="error",
        )
        self.process = None

    def start(self):
        command = [str(self.lab.program), "serve"]
        how = {"cwd": self.lab.folder, "env": self.environment}
        self.process, self.address = start_and_read_address(command, self.lab.log, **how)
        self.lab.running.append(self.process)
        return self

    def command(self, *arguments):
        done = subprocess.run([str(self.lab.program), *arguments], cwd=self.lab.folder,
                              env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"kongress {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def memory(self):
        """MiB: the most it ever had, and what it has now."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        kib = {name: int(value) for name, value in re.findall(r"(VmHWM|VmRSS):\s+(\d+)", status)}
        return kib["VmHWM"] / 1024, kib["VmRSS"] / 1024

    def stop(self):
        end(self.process)
        self.lab.running.remove(self.process)


class Postgres:
    """A cluster of its own with its defaults, fsync among them; only the port is chosen."""

    def __init__(self, lab):
        self.lab, self.data = lab, lab.folder / "postgres"
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
        self.bin = found[-1] if found else os.path.dirname(shutil.which("initdb") or "")
        if not os.path.exists(f"{self.bin}/initdb"):
            raise Failed("PostgreSQL is missing: apt-get install postgresql (or choose --store sqlite)")
        self.data.mkdir(mode=0o700)
        self.owner = []
        if os.geteuid() == 0:
            self.owner = ["runuser", "-u", "postgres", "--"]
            shutil.chown(self.data, "postgres")
        self.run("initdb", "-D", str(self.data), "--username=postgres", "--auth=trust",
                 "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
        self.port = free_port()
        # The socket lies in the cluster, whose path a socket's name must hold.
        settings = f"-p {self.port} -h 127.0.0.1 -k {self.data}"
        self.run("pg_ctl", "-D", str(self.data), "-l", str(self.data / "log"), "-o", settings, "-w", "start")

    def run(self, program, *arguments):
        done = subprocess.run([*self.owner, f"{self.bin}/{program}", *arguments], cwd="/",
                              stdout=subprocess.DEVNULL, stderr=self.lab.log, env=clean_environment())
        if done.returncode:
            raise Failed(f"{program} failed; its log is {self.lab.log.name}")

    def database(self, name):
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name)
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def version(self):
        done = subprocess.run([f"{self.bin}/postgres", "--version"], capture_output=True, text=True)
        return done.stdout.strip().removeprefix("postgres (PostgreSQL) ")

    def stop(self):
        self.run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A folder on a real disk, and everything that was started in it."""

    def __init__(self, parent, program, limits):
        self.program = program.resolve()
        if not shutil.which("wrk"):
            raise Failed("wrk is missing: apt-get install wrk")
        if not self.program.exists():
            raise Failed(f"{program} is missing: cargo build --release --locked")
        kind = subprocess.run(["stat", "-f", "-c", "%T", parent], capture_output=True, text=True).stdout.strip()
        if kind in ("tmpfs", "ramfs"):
            raise Failed(f"{parent} is no disk but {kind}: choose another --folder")
        self.limits = limits or build_limits()
        self.folder = pathlib.Path(subprocess.run(
            ["mktemp", "-d", f"{parent}/kongress-load.XXXXXX"], check=True, capture_output=True, text=True,
        ).stdout.strip())
        self.folder.chmod(0o755)
        self.disk = kind
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.running, self.postgres = [], None

    def sqlite(self, name):
        return f"sqlite:{self.folder}/{name}/kongress.db"

    def database(self, name):
        if self.postgres is None:
            self.postgres = Postgres(self)
        return self.postgres.database(name)

    def limit(self, *arguments):
        """A limit that prints one number."""
        done = subprocess.run([self.limits, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"limits {arguments[0]}: {done.stderr.strip()}")
        return float(done.stdout)

    def static(self, name, body, headers):
        """A bare server of these bytes; returns its address."""
        file = self.folder / name
        file.write_bytes(body)
        command = [self.limits, "static", str(file), "--workers", str(os.cpu_count()),
                   "--content-type", headers.get("Content-Type", "")]
        if headers.get("Content-Encoding"):
            command += ["--content-encoding", headers["Content-Encoding"]]
        process, address = start_and_read_address(command, self.log)
        self.running.append(process)
        return address

    def close(self):
        for process in self.running:
            end(process)
        if self.postgres is not None:
            self.postgres.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def build_limits():
    """The program of the limits, built by cargo where it is not yet."""
    command = ["cargo", "bench", "--locked", "--bench", "limits", "--no-run", "--message-format=json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Failed("the limits do not compile: cargo bench --locked --bench limits --no-run")
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message.get("target", {}).get("name") == "limits":
            return message["executable"]
    raise Failed("cargo named no program for the limits")


class Load:
    """One wrk on its way."""

    def __init__(self, url, seconds, script="read", headers=(), threads=2, connections=64, **environment):
        command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "--latency",
                   "-s", str(BENCHES / f"{script}.lua")]
        for header in headers:
            command += ["-H", header]
        self.url = url
        self.process = subprocess.Popen([*command, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=os.environ | environment)

    def result(self):
        """What it saw; an answer that was not to be fails the whole run."""
        output, errors = self.process.communicate()
        lines = [line for line in output.splitlines() if line.startswith("{")]
        if self.process.returncode or not lines:
            raise Failed(f"wrk {self.url}: {output}{errors}")
        seen = json.loads(lines[-1])
        if seen["bad"] or not seen["answers"]:
            raise Failed(f"{self.url}: {seen['bad']} answers were not to be, {seen['answers']} were: {errors or output}")
        seen["rate"] = seen["answers"] / seen["seconds"]
        return seen


def load(*arguments, **settings):
    return Load(*arguments, **settings).result()


def facts():
    """The machine and the code, as far as they matter to a figure."""
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    git = lambda *words: subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    changed = git("status", "--porcelain", "--", "src", "Cargo.toml", "Cargo.lock", "migrations")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": cpu.group(1).strip() if cpu else os.uname().machine,
        "cores": os.cpu_count(),
        "kernel": os.uname().release,
        "commit": git("rev-parse", "--short", "HEAD") + (" with changes" if changed else ""),
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def say(text):
    print(text, file=sys.stderr, flush=True)
