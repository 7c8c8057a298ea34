#!/usr/bin/env python3
"""Runs litmus against a calendar.

litmus wants to make a plain collection and to fill it with text files. A calendar server has neither, so a small relay stands in
between: it asks for a calendar where litmus asks for its collection, gives each event that litmus writes a UID of its own (of a copy of
one file litmus makes many names), and passes on everything else as it is.

Environment: BASE_URL, START_PATH (the principal), USER, PASS, CA_FILE. Prints `ok NAME`, `skip NAME: why`, `not ok NAME: why` and
`N passed, M failed`. What is skipped must fail: a skipped test that passes is told as a failure, so that the list stays true.
"""
import base64
import hashlib
import http.client
import http.server
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

HOME = re.sub(r'/user/?$', '/', os.environ['START_PATH'])
GATEWAY = urllib.parse.urlsplit(os.environ['BASE_URL'])
CREDENTIALS = 'Basic ' + base64.b64encode(f"{os.environ['USER']}:{os.environ['PASS']}".encode()).decode()
TRUST = ssl.create_default_context(cafile=os.environ.get('CA_FILE'))
EVENT = '\r\n'.join([
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//litmus//EN', 'BEGIN:VEVENT', 'UID:litmus', 'DTSTAMP:20260101T000000Z',
    'DTSTART:20260101T100000Z', 'DTEND:20260101T110000Z', 'SUMMARY:litmus', 'END:VEVENT', 'END:VCALENDAR', ''])

FREE_FORM = 'only events can be stored, and they come back as the calendar service tells them (RFC 4791 §4.1)'
NO_COLLECTIONS = 'a calendar holds no collections (RFC 4791 §4.2)'
ONE_UID = 'a UID stands once in a calendar, so an event has no copy beside it (RFC 4791 §4.1)'
NO_DEAD = 'there is no store for dead properties: each is refused by name'
AFTER_PUT = 'litmus runs it only after put_get'
AFTER_COPY = 'litmus runs it only after copy_init'
AFTER_SET = 'litmus runs it only after propset'
SKIPPED = {
    ('basic', 'put_get'): FREE_FORM,
    ('basic', 'put_get_utf8_segment'): FREE_FORM,
    ('basic', 'mkcol_over_plain'): AFTER_PUT,
    ('basic', 'delete'): AFTER_PUT,
    ('basic', 'delete_fragment'): NO_COLLECTIONS,
    ('basic', 'mkcol'): NO_COLLECTIONS,
    ('basic', 'mkcol_again'): NO_COLLECTIONS,
    ('basic', 'delete_coll'): NO_COLLECTIONS,
    ('copymove', 'copy_init'): NO_COLLECTIONS,
    ('copymove', 'copy_simple'): ONE_UID,
    ('copymove', 'copy_overwrite'): ONE_UID,
    ('copymove', 'copy_nodestcoll'): AFTER_COPY,
    ('copymove', 'copy_coll'): NO_COLLECTIONS,
    ('copymove', 'copy_shallow'): NO_COLLECTIONS,
    ('copymove', 'move'): NO_COLLECTIONS,
    ('copymove', 'move_coll'): NO_COLLECTIONS,
    ('props', 'propset'): NO_DEAD,
    ('props', 'propmanyns'): NO_DEAD,
    **{('props', name): AFTER_SET for name in (
        'propget', 'propmove', 'propdeletes', 'propreplace', 'propnullns', 'prophighunicode', 'propremoveset', 'propsetremove', 'propvalnspace')},
}


class Relay(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def relay(self):
        body = self.chunks() if 'Transfer-Encoding' in self.headers else self.rfile.read(int(self.headers.get('Content-Length') or 0))
        method = self.command
        if method == 'MKCOL' and self.path == f'{HOME}litmus/' and not body:
            method = 'MKCALENDAR'
        if method == 'PUT':
            uid = hashlib.sha256(self.path.encode()).hexdigest()
            body = body.replace(b'UID:litmus', f'UID:{uid}'.encode())
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ('host', 'connection', 'expect', 'content-length', 'transfer-encoding', 'te')}
        headers['Authorization'] = CREDENTIALS
        if 'Destination' in headers:
            headers['Destination'] = headers['Destination'].replace(f"http://{self.headers['Host']}", f'https://{GATEWAY.netloc}')
        connection = http.client.HTTPSConnection(GATEWAY.hostname, GATEWAY.port, context=TRUST, timeout=60)
        connection.request(method, self.path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ('content-length', 'transfer-encoding', 'connection', 'keep-alive'):
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header('Content-Length', answer.headers['Content-Length'] or '0' if method == 'HEAD' else str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except ConnectionError:
            pass  # litmus reads no further than it has to

    def chunks(self):
        body = b''
        while (size := int(self.rfile.readline().split(b';')[0], 16)) > 0:
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def __getattr__(self, name):
        if name.startswith('do_'):
            return self.relay
        raise AttributeError(name)

    def log_message(self, *_):
        pass


def results(suite, port, folder):
    """Each test of a suite with None, or with what failed."""
    command = ['litmus', '-k', f'http://127.0.0.1:{port}{HOME}']
    done = subprocess.run(command, cwd=folder, env={**os.environ, 'TESTS': suite, 'HTDOCS': folder}, capture_output=True, text=True, errors='replace', timeout=300)
    counts = {}
    for line in re.split(r'[\r\n]+', done.stdout):
        match = re.match(r'\s*\d+\. (\w+)\.+ (pass|FAIL|SKIPPED)(.*)', line)
        if match is None:
            continue
        name, outcome, why = match.groups()
        counts[name] = counts.get(name, 0) + 1
        label = name if counts[name] == 1 else f'{name} ({counts[name]})'
        yield name, label, None if outcome == 'pass' else (why.strip(' ()') or outcome)


def main():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, 'foo').write_bytes(EVENT.encode())
        for suite in ('basic', 'copymove', 'props', 'http'):
            for name, label, trouble in results(suite, server.server_address[1], folder):
                reason = SKIPPED.get((suite, name))
                if reason is not None and trouble is not None:
                    print(f'skip {suite} {label}: {reason}')
                elif trouble is None and reason is None:
                    passed += 1
                    print(f'ok {suite} {label}')
                else:
                    failed += 1
                    print(f'not ok {suite} {label}: {trouble or "listed as one that cannot pass"}')
        subprocess.run(['curl', '--silent', '-X', 'DELETE', f'http://127.0.0.1:{server.server_address[1]}{HOME}litmus/'], check=False)
    print(f'{passed} passed, {failed} failed')
    return 0 if passed and not failed else 1


sys.exit(main())
