"""A small real SMTP server for the mail tests.

    smtp_server.py --port 0 --out DIR [--starttls CERT KEY] [--auth USER:PASSWORD] [faults]

Prints one line, `listening 127.0.0.1:PORT`, once it accepts connections. Every accepted message
becomes one file, `DIR/<counter>-<first recipient>.eml`: the lines `X-Envelope-From` and
`X-Envelope-To` (recipients joined by ", "), then the message as it came, with CRLF. The file appears
whole or not at all; the counter goes on where the files in DIR stop.

It exits 0 on SIGTERM, SIGINT and when its standard input closes, so it never outlives the test that
started it. Hold a pipe to it: with `/dev/null` as its input it stops at once.

Faults, each may be combined with the others:

    --reject gone@example.org=550   refuse this recipient with this code (repeatable)
    --stall-after mail              never answer MAIL FROM
    --stall-after data              take the message, never answer, keep nothing
    --drop-after-data [N]           take and keep the message, close the connection instead of
                                    saying 250; the first N messages only, or all of them
"""

import argparse
import asyncio
import os
import re
import signal
import ssl
import sys
import threading
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

REPLIES = {"452": "4.2.2 Mailbox full", "550": "5.1.1 No such mailbox"}


def parse_reject(text):
    """`full@example.org=452` as a pair; only 4xx and 5xx are refusals."""
    address, _, code = text.rpartition("=")
    if not address or not re.fullmatch(r"[45]\d\d", code):
        raise argparse.ArgumentTypeError(f"{text!r} is not ADDRESS=CODE with a code of 400 to 599")
    return address.lower(), code


def parse_arguments():
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(description="A small real SMTP server for the mail tests.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--starttls", nargs=2, metavar=("CERT", "KEY"), help="offer STARTTLS and insist on it")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="insist on this login; only with --starttls")
    parser.add_argument("--reject", type=parse_reject, action="append", default=[], metavar="ADDRESS=CODE")
    parser.add_argument("--stall-after", choices=["mail", "data"])
    parser.add_argument("--drop-after-data", nargs="?", type=int, const=sys.maxsize, default=0, metavar="N")
    args = parser.parse_args()
    if args.auth and not args.starttls:
        parser.error("--auth needs --starttls: a password never travels in the clear")
    return args


class Mailbox:
    """What aiosmtpd asks at each step of a conversation: the faults, and the files."""

    def __init__(self, args):
        self.out = args.out
        self.out.mkdir(parents=True, exist_ok=True)
        self.refusals = dict(args.reject)
        self.stall_after = args.stall_after
        self.drops_left = args.drop_after_data
        taken = (re.match(r"(\d+)-", path.name) for path in self.out.glob("*.eml"))
        self.counter = max((int(match[1]) for match in taken if match), default=0)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.stall_after == "mail":
            await forever()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        code = self.refusals.get(address.lower())
        if code:
            return f"{code} {REPLIES.get(code, f'{code[0]}.0.0 Refused')}"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.stall_after == "data":
            await forever()
        self.keep(envelope)
        if self.drops_left > 0:
            self.drops_left -= 1
            server.transport.abort()
            await forever()  # until the lost connection cancels this
        return "250 2.0.0 OK"

    def keep(self, envelope):
        """Writes the message beside its place, then moves it there."""
        self.counter += 1
        safe = re.sub(r"[^A-Za-z0-9@.+_-]", "_", envelope.rcpt_tos[0])[:100]
        path = self.out / f"{self.counter:06}-{safe}.eml"
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        draft = path.with_suffix(".part")
        draft.write_bytes(head.encode() + envelope.original_content)
        draft.rename(path)


async def forever():
    """Waits for what never comes."""
    await asyncio.Event().wait()


def login(auth):
    """The arguments that make aiosmtpd insist on one user and password."""
    expected = auth.encode()

    def check(server, session, envelope, mechanism, data):
        ok = data.login + b":" + data.password == expected
        return AuthResult(success=ok, handled=False)  # aiosmtpd says the 235 or 535

    return {"authenticator": check, "auth_required": True}


def stop_with_standard_input(loop, stop):
    """Sets `stop` when whoever started this has closed the pipe or is gone."""

    def watch():
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()


async def main():
    args = parse_arguments()
    options = {"enable_SMTPUTF8": True, "hostname": "localhost", "timeout": 86400}
    if args.starttls:
        options["tls_context"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        options["tls_context"].load_cert_chain(*args.starttls)
        options["require_starttls"] = True
    if args.auth:
        options |= login(args.auth)
    mailbox = Mailbox(args)

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stop_with_standard_input(loop, stop)

    listener = await loop.create_server(lambda: SMTP(mailbox, **options), "127.0.0.1", args.port)
    print("listening 127.0.0.1:%d" % listener.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    os._exit(0)  # connections that stall on purpose are not waited for


if __name__ == "__main__":
    asyncio.run(main())
