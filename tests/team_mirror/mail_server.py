"""A mail server that tests can make fail."""

import asyncio
import re
import socket

from aiosmtpd.controller import Controller


def find_free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class MailServer:
    """A mail server with configured replies by address; other mails are accepted.

    `before_accepting` is called before each mail is accepted.
    """

    def __init__(self):
        self.port = find_free_port()
        self.replies = {}
        self.accepted = []
        self.before_accepting = lambda: None
        self.breaks_after_first = False

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        self.controller.stop()

    async def handle_RCPT(self, smtp, session, envelope, address, options):  # noqa: N802 - aiosmtpd calls it so
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, smtp, session, envelope):  # noqa: N802 - aiosmtpd calls it so
        [to] = envelope.rcpt_tos
        await asyncio.get_running_loop().run_in_executor(None, self.before_accepting)
        self.accepted.append((to, envelope.content.decode()))
        if self.breaks_after_first:
            self.breaks_after_first = False
            smtp.transport.close()
        return "250 OK"

    def links(self):
        """Return (address, path) of every link that was sent."""
        return [(to, re.search(r"/mirror/[\w-]{30,}", text)[0]) for to, text in self.accepted]
