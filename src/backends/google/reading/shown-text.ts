/**
 * A text of the service as iCalendar can carry it (RFC 5545 §3.1, §3.3.11): one kind of line ends, no control characters, no halves of
 * surrogate pairs. What a client sends back is then what it was shown, and the text stays as it is stored.
 * @returns '' where nothing of it can be shown
 */
export function shownText(text = ''): string {
  const printable = text.search(unprintable) >= 0 ? text.replace(/\r\n?/g, '\n').replaceAll(unprintable, '') : text
  return printable.isWellFormed() ? printable : printable.toWellFormed()
}

// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g
