#!/usr/bin/python3
"""Drives Evolution's data server, without a screen, against a CalDAV server: discovery, the life of two events, meetings, busy times.

Environment: BASE_URL, START_PATH (the principal), USER, PASS, CA_FILE, and REST_PORT (of the calendar service itself, with its _control)
for the meetings. Prints `ok NAME` or `not ok NAME: why` and `N passed, M failed`.
Packages (Debian): evolution-data-server python3-gi gir1.2-ecal-2.0 dbus.
"""
import calendar
import glob
import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

from steps import Steps

INNER = 'CALGATE_EVOLUTION_INNER'
SECONDS = 60
# A bus that starts the data server and nothing else: a key ring would wait for somebody to unlock it.
BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth><servicedir>{}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>'''


def in_own_session():
    """Runs this file again with a message bus, settings and caches of its own, all gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        settings = os.path.join(home, 'config', 'glib-2.0', 'settings')
        os.makedirs(settings)
        with open(os.path.join(settings, 'keyfile'), 'w', encoding='utf-8') as keyfile:
            # Loopback is no network to the monitor.
            keyfile.write("[org/gnome/evolution-data-server]\nnetwork-monitor-gio-name='always-online'\n")
        services = os.path.join(home, 'services')
        os.makedirs(services)
        for path in glob.glob('/usr/share/dbus-1/services/org.gnome.evolution.dataserver.*.service'):
            shutil.copy(path, services)
        bus = os.path.join(home, 'bus.conf')
        with open(bus, 'w', encoding='utf-8') as config:
            config.write(BUS.format(services))
        runtime = os.path.join(home, 'run')
        os.makedirs(runtime, mode=0o700)
        environment = {
            **os.environ, INNER: '1', 'HOME': home, 'GSETTINGS_BACKEND': 'keyfile', 'GIO_USE_VFS': 'local', 'XDG_RUNTIME_DIR': runtime,
            'XDG_CONFIG_HOME': f'{home}/config', 'XDG_CACHE_HOME': f'{home}/cache', 'XDG_DATA_HOME': f'{home}/data',
        }
        for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'):
            environment.pop(name, None)
        return subprocess.run(['dbus-run-session', f'--config-file={bus}', '--', '/usr/bin/python3', os.path.abspath(__file__)], env=environment, timeout=300).returncode


if INNER not in os.environ:
    sys.exit(in_own_session())

import gi  # noqa: E402
gi.require_version('EDataServer', '1.2')
gi.require_version('ECal', '2.0')
gi.require_version('ICalGLib', '3.0')
from gi.repository import ECal, EDataServer, Gio, GLib, ICalGLib  # noqa: E402

BASE = urllib.parse.urlsplit(os.environ['BASE_URL'])
START = urllib.parse.urljoin(os.environ['BASE_URL'], os.environ['START_PATH'])
USER, PASSWORD = os.environ['USER'], os.environ['PASS']
NONE = ECal.OperationFlags.NONE
REST_PORT = os.environ.get('REST_PORT')
GUEST, HOST = f"guest@{USER.split('@')[1]}", 'host@example.net'
CONTEXT = GLib.MainContext.default()


def until(holds, what):
    """Lets the main loop turn until something holds."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        while CONTEXT.iteration(False):
            pass
        time.sleep(0.05)
    raise AssertionError(f'{what}: not within {SECONDS} seconds')


def credentials():
    given = EDataServer.NamedParameters()
    given.set('username', USER)
    given.set('password', PASSWORD)
    return given


def caldav_source(url, name):
    """A description of a calendar (or of the place where discovery begins) that trusts the server's certificate."""
    source = EDataServer.Source.new(None, None)
    source.set_display_name(name)
    source.set_parent('caldav-stub')
    source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name('caldav')
    source.get_extension(EDataServer.SOURCE_EXTENSION_OFFLINE).set_stay_synchronized(True)
    authentication = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
    authentication.set_host(BASE.hostname)
    authentication.set_port(BASE.port or 443)
    authentication.set_method('plain/password')
    authentication.set_user(USER)
    source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_secure(True)
    webdav = source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND)
    webdav.set_uri(GLib.Uri.parse(url, GLib.UriFlags.PARSE_RELAXED | GLib.UriFlags.ENCODED))
    certificate = ssl.get_server_certificate((BASE.hostname, BASE.port or 443))
    webdav.update_ssl_trust(BASE.hostname, Gio.TlsCertificate.new_from_pem(certificate, -1), EDataServer.TrustPromptResponse.ACCEPT)
    return source


class Run(Steps):
    def __init__(self):
        super().__init__()
        self.registry = EDataServer.SourceRegistry.new_sync(None)

    def discovery(self):
        found = EDataServer.webdav_discover_sources_sync(
            caldav_source(START, 'discovery'), START, EDataServer.WebDAVDiscoverSupports.EVENTS, credentials(), None)
        lists = [each for each in found if isinstance(each, list)]
        self.discovered = [each for each in lists[0]]
        hrefs = [urllib.parse.unquote(urllib.parse.urlsplit(each.href).path) for each in self.discovered]
        assert any(href.endswith('/events/') for href in hrefs), f'the account\'s calendar is not among {hrefs}'
        assert any(USER in address for address in lists[1]), f'the address is not among {lists[1]}'
        own = next(each for each in self.discovered if urllib.parse.unquote(each.href).endswith('/events/'))
        assert own.display_name, 'the calendar has no name'
        self.href = own.href

    def opened(self):
        """A new client of the calendar, connected and read."""
        source = caldav_source(self.href, f'calendar {uuid.uuid4()}')
        self.registry.commit_source_sync(source, None)
        source = until(lambda: self.registry.ref_source(source.get_uid()), 'the source is registered')
        client = until(lambda: connected(source), 'the calendar is opened')
        source.invoke_authenticate_sync(credentials(), None)
        until(lambda: source.get_connection_status() == EDataServer.SourceConnectionStatus.CONNECTED, 'the calendar is connected')
        until(lambda: not client.is_readonly(), 'the calendar can be written')
        return client

    def connect(self):
        self.client = self.opened()


def connected(source):
    """A client; None while the factory, a process of its own, has not heard of the source yet."""
    try:
        return ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 1, None)
    except GLib.Error as error:
        if 'No such source' not in error.message:
            raise
        return None


def component(*lines):
    return ICalGLib.Component.new_from_string('\r\n'.join(['BEGIN:VEVENT', *lines, 'END:VEVENT', '']))


def fetched(client, uid, rid=None):
    _, found = client.get_object_sync(uid, rid, None)
    return found


def exists(client, uid):
    try:
        return fetched(client, uid)
    except GLib.Error:
        return None


def seen_by_other(run, uid, holds, what):
    """Another client, which has nothing in its cache, sees it."""
    other = run.opened()
    until(lambda: holds(exists(other, uid)), what)
    return other


def rest(method, path, body=None, address=None):
    """A call to the calendar service itself, as one of its users."""
    connection = http.client.HTTPConnection('127.0.0.1', int(REST_PORT), timeout=SECONDS)
    headers = {'Content-Type': 'application/json', **({'Authorization': f'Bearer test:{address}'} if address else {})}
    connection.request(method, path, body=body and json.dumps(body), headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status < 300, f'{method} {path}: {answer.status} {text}'
    return json.loads(text) if text else None


def mails():
    """Who was told of what since the last time."""
    told = [f"{mail['kind']} {mail['recipient']}" for mail in rest('GET', '/_control/mails')]
    rest('POST', '/_control/mails/reset')
    return told


def meetings(run):
    """Invitations, answers and busy times, with somebody else at the same calendar service."""
    client = run.client
    uid = str(uuid.uuid4())
    for address in (GUEST, HOST):
        rest('POST', '/_control/accounts', {'address': address})

    def meeting(name):
        return component(f'UID:{name}', 'DTSTAMP:20260901T080000Z', 'DTSTART;TZID=Europe/Berlin:20261012T100000', 'DURATION:PT1H', 'SUMMARY:Meeting',
                         f'ORGANIZER:mailto:{USER}', f'ATTENDEE;PARTSTAT=ACCEPTED:mailto:{USER}', f'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{GUEST}')

    def invite():
        mails()
        client.create_object_sync(meeting(uid), NONE, None)
        assert (told := mails()) == [f'invitation {GUEST}'], told
        event = fetched(client, uid)
        event.set_summary('Longer meeting')
        client.modify_object_sync(event, ECal.ObjModType.ALL, NONE, None)
        assert (told := mails()) == [f'update {GUEST}'], told
        [copy] = rest('GET', f'/calendar/v3/calendars/primary/events?iCalUID={uid}', address=GUEST)['items']
        assert copy['summary'] == 'Longer meeting', copy
        attendees = [{**each, 'responseStatus': 'accepted'} if each['email'] == GUEST else each for each in copy['attendees']]
        rest('PATCH', f"/calendar/v3/calendars/primary/events/{copy['id']}", {'attendees': attendees}, GUEST)
        client.refresh_sync(None)
        until(lambda: partstat(exists(client, uid), GUEST) == 'ACCEPTED', 'the answer of the guest')

    def cancel():
        mails()
        client.remove_object_sync(uid, None, ECal.ObjModType.ALL, NONE, None)
        assert (told := mails()) == [f'cancellation {GUEST}'], told
        assert not rest('GET', f'/calendar/v3/calendars/primary/events?iCalUID={uid}', address=GUEST)['items']

    def invitation(start):
        answer = rest('POST', '/calendar/v3/calendars/primary/events?sendUpdates=all', {
            'summary': 'Invited', 'description': 'Bring tea', 'start': {'dateTime': f'{start}+02:00', 'timeZone': 'Europe/Berlin'},
            'end': {'dateTime': f'{start[:11]}18:00:00+02:00', 'timeZone': 'Europe/Berlin'}, 'attendees': [{'email': USER}, {'email': GUEST}]}, HOST)
        client.refresh_sync(None)
        until(lambda: partstat(exists(client, answer['iCalUID']), USER) == 'NEEDS-ACTION', 'the invitation')
        mails()
        return answer

    def answer_of(event):
        seen = rest('GET', f"/calendar/v3/calendars/primary/events/{event['id']}", address=HOST)
        return next(each['responseStatus'] for each in seen['attendees'] if each['email'] == USER)

    def accept():
        event = invitation('2026-10-14T10:00:00')
        found = fetched(client, event['iCalUID'])
        own = attendee(found, USER)
        own.set_parameter(ICalGLib.Parameter.new_partstat(ICalGLib.ParameterPartstat.ACCEPTED))
        client.modify_object_sync(found, ECal.ObjModType.ALL, NONE, None)
        assert (told := mails()) == [f'response {HOST}'], told
        assert answer_of(event) == 'accepted', answer_of(event)

    def decline():
        event = invitation('2026-10-15T10:00:00')
        client.remove_object_sync(event['iCalUID'], None, ECal.ObjModType.ALL, NONE, None)
        assert (told := mails()) == [f'response {HOST}'], told
        assert answer_of(event) == 'declined', answer_of(event)

    def free_busy():
        busy = component(f'UID:{uuid.uuid4()}', 'DTSTAMP:20260901T080000Z', 'DTSTART:20261102T090000Z', 'DTEND:20261102T103000Z', 'SUMMARY:Busy')
        client.create_object_sync(busy, NONE, None)
        rest('POST', '/calendar/v3/calendars/primary/events', {
            'summary': 'Busy too', 'start': {'dateTime': '2026-11-02T13:00:00Z'}, 'end': {'dateTime': '2026-11-02T14:00:00Z'}}, GUEST)
        begin, end = (calendar.timegm((2026, 11, day, 0, 0, 0)) for day in (2, 3))
        _, found = client.get_free_busy_sync(begin, end, [USER, GUEST], None)
        told = {line for each in found for line in each.get_as_string().split('\r\n') if line.startswith('FREEBUSY')}
        assert told == {'FREEBUSY;FBTYPE=BUSY:20261102T090000Z/20261102T103000Z', 'FREEBUSY;FBTYPE=BUSY:20261102T130000Z/20261102T140000Z'}, told
        client.remove_object_sync(busy.get_uid(), None, ECal.ObjModType.ALL, NONE, None)

    if run.step('invitation of a guest, who accepts', invite):
        run.step('cancellation', cancel)
    run.step('accepted invitation', accept)
    run.step('declined invitation', decline)
    run.step('free/busy', free_busy)


def attendee(event, address):
    found = event and event.get_first_property(ICalGLib.PropertyKind.ATTENDEE_PROPERTY)
    while found and found.get_attendee().lower() != f'mailto:{address}'.lower():
        found = event.get_next_property(ICalGLib.PropertyKind.ATTENDEE_PROPERTY)
    return found


def partstat(event, address):
    found = attendee(event, address)
    return found and found.get_parameter_as_string('PARTSTAT')


def main():
    run = Run()
    single, series = str(uuid.uuid4()), str(uuid.uuid4())

    def create():
        event = component(f'UID:{single}', 'DTSTAMP:20260901T080000Z', 'DTSTART;TZID=Europe/Berlin:20261005T100000',
                          'DTEND;TZID=Europe/Berlin:20261005T110000', 'SUMMARY:Größe')
        done, uid = run.client.create_object_sync(event, NONE, None)
        assert done and uid == single, f'made as {uid}'
        run.other = seen_by_other(run, single, lambda found: found and found.get_summary() == 'Größe', 'the new event')

    def change():
        event = fetched(run.client, single)
        event.set_summary('Changed')
        run.client.modify_object_sync(event, ECal.ObjModType.ALL, NONE, None)
        # The first other client learns it by its next synchronisation.
        run.other.refresh_sync(None)
        until(lambda: (found := exists(run.other, single)) and found.get_summary() == 'Changed', 'the changed event')

    def recurring():
        event = component(f'UID:{series}', 'DTSTAMP:20260901T080000Z', 'DTSTART;TZID=Europe/Berlin:20261006T090000',
                          'DTEND;TZID=Europe/Berlin:20261006T100000', 'RRULE:FREQ=DAILY;COUNT=5', 'SUMMARY:Daily')
        run.client.create_object_sync(event, NONE, None)
        moved = fetched(run.client, series).clone()
        for kind in (ICalGLib.PropertyKind.RRULE_PROPERTY,):
            moved.remove_property(moved.get_first_property(kind))
        zone = ICalGLib.Timezone.get_builtin_timezone('Europe/Berlin')
        instance = ICalGLib.Time.new_from_string('20261008T090000')
        instance.set_timezone(zone)
        moved.set_recurrenceid(instance)
        for setter, text in ((moved.set_dtstart, '20261008T150000'), (moved.set_dtend, '20261008T160000')):
            at = ICalGLib.Time.new_from_string(text)
            at.set_timezone(zone)
            setter(at)
        moved.set_summary('Moved')
        run.client.modify_object_sync(moved, ECal.ObjModType.THIS, NONE, None)

        def parts(client):
            try:
                _, found = client.get_objects_for_uid_sync(series, None)
            except GLib.Error:
                return None
            return found

        other = run.opened()
        found = until(lambda: len(parts(other) or []) == 2 and parts(other), 'the series with its moved instance')
        by_summary = {each.get_summary().get_value(): each for each in found}
        assert set(by_summary) == {'Daily', 'Moved'}, f'they are {sorted(by_summary)}'
        start = by_summary['Moved'].get_dtstart()
        assert start.get_value().as_ical_string() == '20261008T150000', f"it is at {start.get_value().as_ical_string()}"
        assert start.get_tzid() and 'Berlin' in start.get_tzid(), f'in the zone {start.get_tzid()}'

    def instances():
        """The five days, one of them moved, as a calendar shows them."""
        starts = []
        begin, end = (int(time.mktime(time.strptime(day, '%Y%m%d'))) for day in ('20261001', '20261101'))
        run.client.generate_instances_sync(begin, end, None, lambda event, start, *_: starts.append((start.as_ical_string(), event.get_uid())) or True)
        own = sorted(start for start, uid in starts if uid == series)
        assert [each[:15] for each in own] == [f'202610{day}' for day in ('06T090000', '07T090000', '08T150000', '09T090000', '10T090000')], own

    def delete():
        run.client.remove_object_sync(series, None, ECal.ObjModType.ALL, NONE, None)
        run.client.remove_object_sync(single, None, ECal.ObjModType.ALL, NONE, None)
        run.other.refresh_sync(None)
        until(lambda: exists(run.other, single) is None, 'the deleted event is gone')

    if run.step('discovery', run.discovery) and run.step('connect', run.connect):
        run.step('create', create)
        run.step('change', change)
        run.step('recurring with a moved instance', recurring)
        run.step('instances', instances)
        run.step('delete', delete)
        if REST_PORT:
            meetings(run)
        else:
            print('skip meetings: no REST_PORT')
    return run.status()


sys.exit(main())
