"""A mail server for one test: says where it listens, then every letter that it takes, a JSON object a line."""

import asyncio
import json
import pathlib
import ssl
import sys

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

folder, mode = pathlib.Path(sys.argv[1]), sys.argv[2]
authority = trustme.CA()
authority.cert_pem.write_to_path(str(folder / "authority.pem"))
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
authority.issue_cert("127.0.0.1").configure_cert(context)


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        if address.startswith("busy@"):
            return f"451 4.3.0 <{address}>: later, please"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        content = envelope.content.decode("ascii")
        told = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": content}
        told["private"] = server.transport.get_extra_info("ssl_object") is not None
        told["login"] = session.authenticated is True
        print(json.dumps(told), flush=True)
        return "250 kept"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"shop", b"otter & co/1"), handled=False)


def protocol():
    starttls = mode == "starttls"
    return SMTP(
        Keep(),
        tls_context=context if starttls else None,
        require_starttls=starttls,
        authenticator=authenticate,
        auth_required=mode != "open",
        auth_require_tls=starttls,
    )


async def main():
    wrapped = context if mode == "tls" else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=wrapped)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
