"""A real mail server for the tests: prints its port, then one line of JSON for each letter it took."""

import asyncio
import email
import email.policy
import json
import ssl
import sys

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ModuleNotFoundError:
    print("no aiosmtpd", flush=True)
    sys.exit(3)

mode, cert, key = sys.argv[1:4]


def tell(what):
    print(what, flush=True)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        tell(json.dumps({
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "tls": session.ssl is not None or mode == "implicit",
            "authenticated": session.authenticated,
            "headers": [[name, str(value)] for name, value in letter.items()],
            "body": letter.get_body(("plain",)).get_content().replace("\r\n", "\n"),
        }))
        return "250 2.0.0 Ok: queued as 4F2A"


def sign_in(server, session, envelope, mechanism, data):
    is_known = data.login == b"evenkeel" and data.password == b"hunter2"
    # Not handled: the server itself then answers 535.
    return AuthResult(success=is_known, handled=False)


async def main():
    context = None
    if mode != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
    starttls = mode == "starttls"

    def session():
        return SMTP(
            Handler(),
            hostname="mail.test",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=sign_in,
            auth_required=mode != "none",
            auth_require_tls=starttls,
        )

    listener = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", 0, ssl=context if mode == "implicit" else None
    )
    tell(listener.sockets[0].getsockname()[1])
    await listener.serve_forever()


asyncio.run(main())
