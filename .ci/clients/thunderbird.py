#!/usr/bin/env python3
"""Drives Thunderbird, without a screen, against a CalDAV server: discovery, the life of events, conflicts, polling and a restart.

Environment: BASE_URL, START_PATH (the principal), USER, PASS, CA_FILE, CAL_PATH (the account's own calendar). With REST_PORT, the
emulator's port with its control paths, a read-only calendar and an invitation are tried too. Prints `ok NAME`, `not ok NAME: why` or
`skip NAME: why`, and `N passed, M failed`. Packages (Debian): thunderbird.
"""
import base64
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

from steps import Steps

SECONDS = 30
BASE = urllib.parse.urlsplit(os.environ['BASE_URL'])
START = os.environ['START_PATH']
CALENDAR = os.environ['CAL_PATH']
USER, PASSWORD, CA_FILE = os.environ['USER'], os.environ['PASS'], os.environ['CA_FILE']
REST_PORT = os.environ.get('REST_PORT')

# No page of the web is asked for, nothing is shown that waits for somebody, no mail account is needed.
PREFERENCES = {
    'marionette.port': 0,
    # Marionette's own preferences forbid to keep passwords.
    'remote.prefs.recommended': False,
    'signon.rememberSignons': True,
    'network.proxy.type': 0,
    'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False,
    'app.update.enabled': False,
    'app.normandy.enabled': False,
    'app.donation.eoy.version.viewed': 999,
    'browser.shell.checkDefaultBrowser': False,
    'datareporting.policy.dataSubmissionEnabled': False,
    'extensions.getAddons.cache.enabled': False,
    'extensions.update.enabled': False,
    'mail.provider.suppress_dialog_on_startup': True,
    'mail.shell.checkDefaultClient': False,
    'mail.spotlight.firstRunDone': True,
    'mail.winsearch.firstRunDone': True,
    'mailnews.start_page.enabled': False,
    'mail.rights.version': 1,
    'security.enterprise_roots.enabled': False,
    'services.settings.server': 'data:,none',
    'toolkit.telemetry.reportingpolicy.firstRun': False,
    'calendar.timezone.local': 'Europe/Berlin',
    'calendar.timezone.useSystemTimezone': False,
    'calendar.caldav.sched.enabled': True,
    'calendar.alarms.show': False,
}

# What every script has at hand.
PRELUDE = '''
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const calendarNamed = (href) => cal.manager.getCalendars().find((each) => decodeURIComponent(each.uri.filePath) == decodeURIComponent(href));
const itemOf = (text) => {
  const parser = Cc["@mozilla.org/calendar/ics-parser;1"].createInstance(Ci.calIIcsParser);
  parser.parseString(text);
  return parser.getItems()[0];
};
const inTime = (promise, what) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error(`${what} did not end`)), 20000))]);
const at = (text) => cal.createDateTime(text).getInTimezone(cal.dtz.UTC);
const shown = (item) => item && ({ title: item.title, description: item.getProperty("DESCRIPTION"), location: item.getProperty("LOCATION"), start: item.startDate.icalString,
  zone: item.startDate.timezone.tzid, isSeries: Boolean(item.recurrenceInfo), alarms: item.getAlarms().map((each) => each.offset?.icalString),
  attendees: Object.fromEntries(item.getAttendees().map((each) => [each.id.toLowerCase(), each.participationStatus])) });
'''

# Makes the user a guest who comes.
ACCEPT = f'''
const own = item.getAttendees().find((each) => each.id.toLowerCase() == "mailto:{USER}".toLowerCase());
const answered = own.clone();
answered.participationStatus = "ACCEPTED";
item.removeAttendee(own);
item.addAttendee(answered);
'''


class Thunderbird:
    """One running Thunderbird, spoken to by the Marionette protocol: JSON arrays behind their length."""

    def __init__(self, profile):
        self.profile, self.number, self.buffer = profile, 0, b''
        port_file = os.path.join(profile, 'MarionetteActivePort')
        if os.path.exists(port_file):
            os.remove(port_file)
        environment = {**os.environ, 'HOME': profile, 'MOZ_HEADLESS': '1', 'MOZ_CRASHREPORTER_DISABLE': '1', 'XDG_RUNTIME_DIR': profile, 'TZ': 'Europe/Berlin'}
        for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'PASS'):
            environment.pop(name, None)
        self.log = open(os.path.join(profile, 'output.log'), 'ab')
        self.process = subprocess.Popen(['thunderbird', '--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', profile],
                                        env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        try:
            port = until(lambda: os.path.exists(port_file) and open(port_file, encoding='ascii').read().strip(), 'Thunderbird listens', 60)
            self.socket = socket.create_connection(('127.0.0.1', int(port)), SECONDS * 2)
            self.read()
            self.command('WebDriver:NewSession', {})
            self.command('Marionette:SetContext', {'value': 'chrome'})
            self.command('WebDriver:SetTimeouts', {'script': SECONDS * 1000})
            until(lambda: self.run('return Services.wm.getMostRecentWindow("mail:3pane")?.document.readyState == "complete"'), 'the main window is there', 60)
        except Exception:
            self.stop()
            raise

    def read(self):
        while b':' not in self.buffer:
            self.more()
        length, _, rest = self.buffer.partition(b':')
        self.buffer = rest
        while len(self.buffer) < int(length):
            self.more()
        message, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return json.loads(message)

    def more(self):
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise AssertionError('Thunderbird has closed the connection')
        self.buffer += chunk

    def command(self, name, parameters):
        self.number += 1
        message = json.dumps([0, self.number, name, parameters]).encode()
        self.socket.sendall(b'%d:%s' % (len(message), message))
        _, _, error, result = self.read()
        if error:
            raise AssertionError(f"{error['error']}: {error['message']}")
        return result

    def run(self, script, *given):
        """The value of an asynchronous function body that runs inside Thunderbird, with its arguments as `given`."""
        body = f'{PRELUDE}\nconst given = [...arguments];\nreturn (async () => {{ {script} }})().then((value) => JSON.stringify(value ?? null), (error) => {{ throw new Error(`${{error?.name ?? ""}} ${{error?.message ?? error}} ${{error?.stack ?? ""}}`) }});'
        return json.loads(self.command('WebDriver:ExecuteScript', {'script': body, 'args': list(given), 'sandbox': 'system', 'newSandbox': True})['value'])

    def stop(self):
        """Ends it as the menu does, so that everything is written; by force if it does not end."""
        try:
            self.command('Marionette:Quit', {'flags': ['eForceQuit']})
            self.process.wait(20)
        except Exception:  # noqa: BLE001
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        self.log.close()


class Witness:
    """Somebody else with the same account: one request per call."""

    def request(self, method, path, body=None, headers=None):
        context = ssl.create_default_context(cafile=CA_FILE)
        connection = http.client.HTTPSConnection(BASE.hostname, BASE.port or 443, context=context, timeout=SECONDS)
        token = base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
        connection.request(method, path, body=body and body.encode(), headers={'Authorization': f'Basic {token}', **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def put(self, uid, text):
        status, answer = self.request('PUT', path_of(uid), text, {'Content-Type': 'text/calendar; charset=utf-8'})
        assert status in (201, 204), f'PUT from outside: {status} {answer}'

    def get(self, uid):
        """The unfolded text of an event; empty when it is not there."""
        status, text = self.request('GET', path_of(uid))
        return text.replace('\r\n ', '').replace('\r\n', '\n') if status == 200 else ''

    def delete(self, uid):
        return self.request('DELETE', path_of(uid))[0]


def rest(method, path, body):
    connection = http.client.HTTPConnection('127.0.0.1', int(REST_PORT), timeout=SECONDS)
    connection.request(method, path, body=json.dumps(body), headers={'Content-Type': 'application/json'})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status < 300, f'{method} {path}: {answer.status} {text}'
    return text


def path_of(uid):
    return f'{CALENDAR}{urllib.parse.quote(uid)}.ics'


def until(holds, what, seconds=SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f'{what}: not within {seconds} seconds')


def event(uid, summary, *lines, start='20261005T100000', end='20261005T110000'):
    return '\r\n'.join(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//witness//EN', 'BEGIN:VEVENT', f'UID:{uid}', 'DTSTAMP:20260901T080000Z',
                        f'DTSTART;TZID=Europe/Berlin:{start}', f'DTEND;TZID=Europe/Berlin:{end}', f'SUMMARY:{summary}', *lines, 'END:VEVENT', 'END:VCALENDAR', ''])


def folded(line):
    """Folded between characters, at 70 of them."""
    return '\r\n '.join(line[at:at + 35] for at in range(0, len(line), 35))


BULKY = ('Größenänderung, 日本語のカレンダー – 🗓️ ' * 700)[:12000].rstrip()


class Run(Steps):
    def __init__(self, profile):
        super().__init__()
        self.profile, self.witness = profile, Witness()
        self.made = []

    def uid(self, name):
        uid = f'{name}-{uuid.uuid4()}'
        self.made.append(uid)
        return uid

    def start(self):
        self.thunderbird = Thunderbird(self.profile)

    def trust(self):
        with open(CA_FILE, encoding='ascii') as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        self.thunderbird.run('Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(given[0], "C,,")', base64.b64encode(der).decode())

    def found_from(self, location):
        return self.thunderbird.run('''
            const found = await inTime(cal.provider.detection.detect(given[0], given[1], given[2], true, [], {}), "detection");
            const [calendars] = [...found].filter(([provider]) => provider.type == "caldav").map(([, each]) => each);
            return calendars.map((each) => ({ href: each.uri.filePath, name: each.name, color: each.getProperty("color"), readOnly: each.readOnly }));
        ''', USER, PASSWORD, location)

    def discovery(self):
        by_host = self.found_from(os.environ['BASE_URL'])
        by_principal = self.found_from(urllib.parse.urljoin(os.environ['BASE_URL'], START))
        assert by_host == by_principal, f'{by_host} from the host, {by_principal} from the principal'
        own = [each for each in by_host if same_path(each['href'], CALENDAR)]
        assert own and own[0]['name'] and not own[0]['readOnly'] and own[0]['color'].startswith('#'), f'found {by_host}'
        self.discovered = by_host

    def subscribe(self, href):
        self.thunderbird.run('''
            const calendar = cal.manager.createCalendar("caldav", Services.io.newURI(given[0]));
            calendar.id = cal.getUUID();
            calendar.name = "calendar";
            calendar.setProperty("username", given[1]);
            calendar.setProperty("cache.enabled", true);
            cal.manager.registerCalendar(calendar);
        ''', urllib.parse.urljoin(os.environ['BASE_URL'], href), USER)

    def item(self, uid, calendar=CALENDAR):
        return self.thunderbird.run('return shown(await calendarNamed(given[0]).getItem(given[1]))', calendar, uid)

    def polled(self, uid, holds, what, calendar=CALENDAR):
        """Polls as the "Synchronize" button does, until the event is as wanted."""
        def poll():
            self.thunderbird.run('calendarNamed(given[0]).refresh()', calendar)
            time.sleep(0.3)
            return holds(self.item(uid, calendar))
        return until(poll, what)

    def connect(self):
        uid = self.uid('first')
        self.witness.put(uid, event(uid, 'Already there', 'LOCATION:Zürich'))
        self.subscribe(CALENDAR)
        until(lambda: self.item(uid), 'the event that was there')
        item = self.item(uid)
        assert (item['title'], item['location'], item['start'], item['zone']) == ('Already there', 'Zürich', '20261005T100000', 'Europe/Berlin'), item
        state = self.state()
        assert not state['disabled'] and not state['readOnly'] and state['status'] in (None, 0), state
        assert state['hasSync'], 'sync-collection is not used'
        assert state['events'] and not state['tasks'], state

    def state(self, calendar=CALENDAR):
        return self.thunderbird.run('''
            const calendar = calendarNamed(given[0]);
            const inner = calendar.wrappedJSObject.mUncachedCalendar.wrappedJSObject;
            return { disabled: calendar.getProperty("disabled"), readOnly: calendar.readOnly, status: calendar.getProperty("currentStatus"), hasSync: inner.mHasWebdavSyncSupport,
              token: inner.mWebdavSyncToken, auto: inner.hasAutoScheduling, addresses: inner.mCalendarUserAddresses, outbox: inner.outboxUrl?.spec ?? null,
              events: calendar.getProperty("capabilities.events.supported"), tasks: calendar.getProperty("capabilities.tasks.supported"),
              count: Object.keys(inner.mItemInfoCache).length };
        ''', calendar)

    def bulky(self):
        """Twelve events with 12000 characters of several bytes each come whole, however the answer is cut on its way."""
        uids = [self.uid(f'bulky{number}') for number in range(12)]
        for uid in uids:
            self.witness.put(uid, event(uid, 'Groß', folded('DESCRIPTION:' + BULKY.replace(',', '\\,'))))
        for uid in uids:
            item = self.polled(uid, lambda found: found, 'a bulky event')
            assert item['description'] == BULKY, f"the text of {len(BULKY)} came as {len(item['description'] or '')}, broken: {'�' in (item['description'] or '')}"

    def add(self, uid, text):
        self.thunderbird.run('await inTime(calendarNamed(given[0]).addItem(itemOf(given[1])), "addItem")', CALENDAR, text)

    def change(self, uid, script):
        self.thunderbird.run(f'''
            const calendar = calendarNamed(given[0]);
            const old = await calendar.getItem(given[1]);
            const item = old.clone();
            {script}
            await inTime(calendar.modifyItem(item, old), "modifyItem");
        ''', CALENDAR, uid)

    def remove(self, uid):
        self.thunderbird.run('const calendar = calendarNamed(given[0]); await inTime(calendar.deleteItem(await calendar.getItem(given[1])), "deleteItem")', CALENDAR, uid)

    def create_change_delete(self):
        uid = self.uid('single')
        self.add(uid, event(uid, 'Größe', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT15M', 'END:VALARM'))
        text = self.witness.get(uid)
        assert 'SUMMARY:Größe' in text and 'DTSTART;TZID=Europe/Berlin:20261005T100000' in text and 'TRIGGER:-PT15M' in text, text or 'not stored'
        self.change(uid, 'item.title = "Größer"; item.startDate = cal.createDateTime("20261006T070000Z"); item.endDate = cal.createDateTime("20261006T080000Z");')
        assert 'SUMMARY:Größer' in self.witness.get(uid) and 'DTSTART:20261006T070000Z' in self.witness.get(uid), self.witness.get(uid)
        assert self.item(uid)['title'] == 'Größer'
        self.change(uid, 'item.title = "Größer"; item.setProperty("LOCATION", "Bühne, links; oben");')
        assert 'LOCATION:Bühne\\, links\\; oben' in self.witness.get(uid), self.witness.get(uid)
        self.remove(uid)
        assert not self.witness.get(uid), 'it is still there'
        assert self.item(uid) is None

    def odd_name(self):
        """A UID with characters that the name cannot have; the name is Thunderbird's own."""
        uid = self.uid('a b/c@d#e+ü%')
        self.add(uid, event(uid, 'Odd'))
        self.change(uid, 'item.title = "Odder";')
        self.polled(uid, lambda found: found and found['title'] == 'Odder', 'the event with the odd UID')
        self.remove(uid)
        self.thunderbird.run('calendarNamed(given[0]).refresh()', CALENDAR)
        assert self.item(uid) is None

    def all_day(self):
        uid = self.uid('day')
        self.add(uid, f'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260901T080000Z\r\nDTSTART;VALUE=DATE:20261010\r\nDTEND;VALUE=DATE:20261012\r\nSUMMARY:Two days\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')
        text = self.witness.get(uid)
        assert 'DTSTART;VALUE=DATE:20261010' in text and 'DTEND;VALUE=DATE:20261012' in text, text

    def recurring(self):
        uid = self.uid('series')
        self.add(uid, event(uid, 'Daily', 'RRULE:FREQ=DAILY;COUNT=5', start='20261020T090000', end='20261020T100000'))
        self.change_occurrence(uid, 2, 'const zone = item.startDate.timezone; item.startDate = cal.createDateTime("20261022T150000"); item.startDate.timezone = zone; item.endDate = cal.createDateTime("20261022T160000"); item.endDate.timezone = zone; item.title = "Moved";')
        text = self.witness.get(uid)
        assert 'RECURRENCE-ID;TZID=Europe/Berlin:20261022T090000' in text and 'DTSTART;TZID=Europe/Berlin:20261022T150000' in text, text
        self.thunderbird.run('''
            const calendar = calendarNamed(given[0]);
            const old = await calendar.getItem(given[1]);
            const item = old.clone();
            const last = item.recurrenceInfo.getOccurrences(item.startDate, at("20270101T000000Z"), 0).at(-1);
            item.recurrenceInfo.removeOccurrenceAt(last.recurrenceId);
            await inTime(calendar.modifyItem(item, old), "modifyItem");
        ''', CALENDAR, uid)
        starts = self.occurrences(uid)
        assert starts == [['20261020T090000', 'Daily'], ['20261021T090000', 'Daily'], ['20261022T150000', 'Moved'], ['20261023T090000', 'Daily']], starts
        assert 'EXDATE' in self.witness.get(uid), self.witness.get(uid)
        self.witness.put(uid, self.witness.get(uid).replace('SUMMARY:Daily', 'SUMMARY:Every day').replace('\n', '\r\n'))
        self.polled(uid, lambda found: found['title'] == 'Every day', 'the series renamed from outside')
        assert self.occurrences(uid)[2] == ['20261022T150000', 'Moved'], self.occurrences(uid)
        self.remove(uid)
        assert not self.witness.get(uid)

    def change_occurrence(self, uid, number, script):
        self.thunderbird.run(f'''
            const calendar = calendarNamed(given[0]);
            const series = await calendar.getItem(given[1]);
            const old = series.recurrenceInfo.getOccurrences(series.startDate, at("20270101T000000Z"), 0)[{number}];
            const item = old.clone();
            {script}
            await inTime(calendar.modifyItem(item, old), "modifyItem");
        ''', CALENDAR, uid)

    def occurrences(self, uid):
        return self.thunderbird.run('''
            const items = await calendarNamed(given[0]).getItemsAsArray(Ci.calICalendar.ITEM_FILTER_TYPE_EVENT | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES, 0, at("20261019T000000Z"), at("20261101T000000Z"));
            return items.filter((each) => each.id == given[1]).map((each) => [each.startDate.icalString, each.title]).sort();
        ''', CALENDAR, uid)

    def conflict(self):
        """412 asks the user: first "overwrite", then "discard"."""
        for answer, expected in (('true', 'Mine'), ('false', 'Theirs')):
            uid = self.uid('conflict')
            self.add(uid, event(uid, 'Before'))
            self.witness.put(uid, event(uid, 'Theirs'))
            self.thunderbird.run(f'globalThis.calgateAsked = 0; cal.provider.promptOverwrite = () => {{ cal.calgateAsked = (cal.calgateAsked ?? 0) + 1; return {answer}; }}; cal.calgateAsked = 0;')
            self.change(uid, 'item.title = "Mine";')
            assert self.thunderbird.run('return cal.calgateAsked') == 1, 'nobody was asked'
            assert f'SUMMARY:{expected}' in self.witness.get(uid), f'with the answer {answer}: {self.witness.get(uid)}'
            until(lambda: self.item(uid)['title'] == expected, f'Thunderbird shows {expected}')

    def conflict_on_delete(self):
        uid = self.uid('gone')
        self.add(uid, event(uid, 'Before'))
        self.witness.put(uid, event(uid, 'Theirs'))
        self.thunderbird.run('cal.provider.promptOverwrite = () => true;')
        self.remove(uid)
        assert not self.witness.get(uid), 'the user has chosen to delete it'

    def polling(self):
        """The next poll sees what others add, change and delete, and nothing else is read again."""
        added, changed = self.uid('added'), self.uid('changed')
        self.witness.put(changed, event(changed, 'Before'))
        self.polled(changed, lambda found: found, 'an event from outside')
        self.witness.put(added, event(added, 'Added'))
        self.witness.put(changed, event(changed, 'After'))
        self.polled(added, lambda found: found and found['title'] == 'Added', 'the added event')
        self.polled(changed, lambda found: found['title'] == 'After', 'the changed event')
        assert self.witness.delete(added) == 204
        self.polled(added, lambda found: found is None, 'the deleted event is gone')

    def dismissal(self):
        """A dismissed alarm stays dismissed: its marks survive the way to the server and back."""
        uid = self.uid('alarm')
        self.add(uid, event(uid, 'Alarm', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT15M', 'END:VALARM'))
        self.change(uid, 'item.alarmLastAck = cal.createDateTime("20261005T080000Z");')
        self.polled(uid, lambda found: found and found['alarms'] == ['-PT15M'], 'the event with its alarm')
        acknowledged = self.thunderbird.run('return (await calendarNamed(given[0]).getItem(given[1])).alarmLastAck?.icalString', CALENDAR, uid)
        assert acknowledged == '20261005T080000Z', f'the alarm is acknowledged at {acknowledged}'

    def scheduling(self):
        state = self.state()
        if not state['auto']:
            raise AssertionError('calendar-auto-schedule is not announced')
        assert state['outbox'] and state['addresses'][0].lower() == f'mailto:{USER}'.lower(), state

    def free_busy(self):
        uid = self.uid('busy')
        self.add(uid, event(uid, 'Busy', start='20261102T100000', end='20261102T113000'))
        intervals = self.thunderbird.run('''
            return inTime(new Promise((resolve) => {
              const seen = [];
              cal.freeBusyService.getFreeBusyIntervals(given[0], at("20261102T000000Z"), at("20261103T000000Z"), Ci.calIFreeBusyInterval.BUSY_ALL, {
                QueryInterface: ChromeUtils.generateQI(["calIGenericOperationListener"]),
                onResult(operation, result) {
                  for (const each of result ?? []) seen.push([each.interval.start.icalString, each.interval.end.icalString, each.freeBusyType]);
                  if (!operation?.isPending) resolve(seen);
                } });
            }), "free/busy");
        ''', f'MAILTO:{USER}')
        assert any(start == '20261102T090000Z' and end == '20261102T103000Z' for start, end, _ in intervals), intervals

    def meeting(self):
        """An own meeting with a guest, who stays through a change."""
        uid = self.uid('meeting')
        self.add(uid, event(uid, 'Meeting', f'ORGANIZER:mailto:{USER}', f'ATTENDEE;PARTSTAT=ACCEPTED:mailto:{USER}', 'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:guest@example.net'))
        item = self.item(uid)
        assert item['attendees'].get('mailto:guest@example.net') == 'NEEDS-ACTION', item
        self.change(uid, 'item.title = "Longer meeting"; item.endDate = cal.createDateTime("20261005T120000Z");')
        text = self.witness.get(uid)
        assert 'SUMMARY:Longer meeting' in text and 'mailto:guest@example.net' in text, text
        self.remove(uid)
        assert not self.witness.get(uid)

    def invitation(self):
        """An invitation that came over the backend is answered."""
        rest('POST', '/_control/accounts', {'address': 'host@example.net'})
        answer = json.loads(rest_as('host@example.net', 'POST', '/calendar/v3/calendars/primary/events?sendUpdates=all', {
            'summary': 'Invited', 'start': {'dateTime': '2026-10-07T10:00:00+02:00'}, 'end': {'dateTime': '2026-10-07T11:00:00+02:00'}, 'attendees': [{'email': USER}]}))
        uid = answer['iCalUID']
        self.polled(uid, lambda found: found and found['attendees'].get(f'mailto:{USER}'.lower()) == 'NEEDS-ACTION', 'the invitation')
        self.change(uid, ACCEPT)
        host = json.loads(rest_as('host@example.net', 'GET', f"/calendar/v3/calendars/primary/events/{answer['id']}", None))
        assert [each['responseStatus'] for each in host['attendees'] if each['email'] == USER] == ['accepted'], host['attendees']
        self.remove(uid)

    def invited_to_some(self):
        """Two instances of somebody's series, which come without the series; one of them is accepted."""
        times = {'start': {'dateTime': '2026-12-07T10:00:00', 'timeZone': 'Europe/Berlin'}, 'end': {'dateTime': '2026-12-07T11:00:00', 'timeZone': 'Europe/Berlin'}}
        rest('POST', '/_control/accounts', {'address': 'host@example.net'})
        series = json.loads(rest_as('host@example.net', 'POST', '/calendar/v3/calendars/primary/events', {'summary': 'Daily', 'recurrence': ['RRULE:FREQ=DAILY;COUNT=5'], **times}))
        instances = f"/calendar/v3/calendars/primary/events/{series['id']}/instances"
        for number in (1, 3):
            instance = json.loads(rest_as('host@example.net', 'GET', instances, None))['items'][number]
            rest_as('host@example.net', 'PATCH', f"/calendar/v3/calendars/primary/events/{instance['id']}", {'attendees': [{'email': USER}]})
        uid = series['iCalUID']
        self.polled(uid, lambda found: found, 'the two instances')
        self.thunderbird.run(f'''
            const calendar = calendarNamed(given[0]);
            const items = await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_TYPE_EVENT | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES, 0, at("20261201T000000Z"), at("20261231T000000Z"));
            const old = items.find((each) => each.id == given[1] && each.startDate.icalString == "20261210T100000");
            const item = old.clone();
            {ACCEPT}
            await inTime(calendar.modifyItem(item, old), "modifyItem");
        ''', CALENDAR, uid)
        answers = [each.get('attendees', [{}])[0].get('responseStatus') for each in json.loads(rest_as('host@example.net', 'GET', instances, None))['items']]
        assert answers == [None, 'needsAction', None, 'accepted', None], answers
        self.remove(uid)

    def read_only(self):
        name = f'read{uuid.uuid4().hex}@group.calendar.google.com'
        rest('POST', '/_control/calendars', {'owner': USER, 'id': name, 'summary': 'To read', 'accessRole': 'reader'})
        def found():
            return [each for each in self.found_from(os.environ['BASE_URL']) if name[:36] in each['href']]
        [calendar] = until(found, 'the calendar is in the list')
        assert calendar['readOnly'], calendar
        self.subscribe(calendar['href'])
        until(lambda: self.state(calendar['href'])['hasSync'], 'the read-only calendar is opened')
        state = self.state(calendar['href'])
        assert state['readOnly'] and not state['disabled'], state

    def restart(self):
        """After a restart everything is there at once, what happened meanwhile comes by the kept sync-token, and writing goes on."""
        kept, changed, gone = self.uid('kept'), self.uid('changed'), self.uid('gone')
        for uid in (kept, changed, gone):
            self.add(uid, event(uid, 'Before'))
        self.polled(gone, lambda found: found, 'the events before the restart')
        token = self.state()['token']
        self.thunderbird.stop()
        self.witness.put(changed, event(changed, 'After'))
        self.witness.delete(gone)
        self.start()
        assert until(lambda: self.item(kept), 'the event from the cache')['title'] == 'Before'
        until(lambda: self.item(changed)['title'] == 'After', 'what changed meanwhile')
        until(lambda: self.item(gone) is None, 'what was deleted meanwhile')
        assert token and self.state()['token'] != token, 'the sync-token did not move'
        self.change(kept, 'item.title = "After the restart";')
        assert 'SUMMARY:After the restart' in self.witness.get(kept)

    def sweep(self):
        for uid in self.made:
            self.witness.delete(uid)


def rest_as(address, method, path, body):
    connection = http.client.HTTPConnection('127.0.0.1', int(REST_PORT), timeout=SECONDS)
    connection.request(method, path, body=body and json.dumps(body), headers={'Content-Type': 'application/json', 'Authorization': f'Bearer test:{address}'})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status < 300, f'{method} {path}: {answer.status} {text}'
    return text


def same_path(one, other):
    return urllib.parse.unquote(one).rstrip('/') == urllib.parse.unquote(other).rstrip('/')


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        with open(os.path.join(profile, 'user.js'), 'w', encoding='utf-8') as file:
            for name, value in PREFERENCES.items():
                file.write(f'user_pref({json.dumps(name)}, {json.dumps(value)});\n')
        run = Run(profile)
        try:
            if run.step('start', run.start):
                every_step(run)
        finally:
            run.sweep()
            if hasattr(run, 'thunderbird'):
                run.thunderbird.stop()
    return run.status()


def every_step(run):
    run.trust()
    if not (run.step('discovery', run.discovery) and run.step('connect', run.connect)):
        return
    run.step('bulky events of several bytes a character', run.bulky)
    run.step('create, change, delete', run.create_change_delete)
    run.step('a UID that is no file name', run.odd_name)
    run.step('all-day', run.all_day)
    run.step('recurring with a moved and a removed instance', run.recurring)
    run.step('conflict on change', run.conflict)
    run.step('conflict on delete', run.conflict_on_delete)
    run.step('polling', run.polling)
    run.step('dismissed alarm', run.dismissal)
    if run.step('scheduling is found', run.scheduling):
        run.step('free/busy', run.free_busy)
        run.step('meeting', run.meeting)
    for name, check in (('invitation', run.invitation), ('invitation to some instances', run.invited_to_some), ('read-only calendar', run.read_only)):
        if REST_PORT:
            run.step(name, check)
        else:
            print(f'skip {name}: no REST_PORT')
    run.step('restart', run.restart)


sys.exit(main())
