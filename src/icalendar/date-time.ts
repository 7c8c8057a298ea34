/** Values of the types DATE, DATE-TIME and DURATION (RFC 5545 §3.3.4 to §3.3.6). */

import { instant, localDateTime, plainDate } from '../calendar/identifiers.ts'
import type { Instant, LocalDateTime, PlainDate } from '../calendar/identifiers.ts'
import { civilDate, clockOf, dayMs, daysInMonth } from './clock.ts'

/** What the value says by itself, before a TZID parameter gives a local time its zone. */
export type DateTimeValue =
  | { readonly kind: 'date'; readonly date: PlainDate }
  | { readonly kind: 'utc'; readonly at: Instant }
  | { readonly kind: 'local'; readonly local: LocalDateTime }

/**
 * Tells the type by the form, whatever VALUE says. Lower case `t` and `z` and blanks around are accepted, a leap second is read as
 * the second before it.
 * @returns undefined if it is none of the three forms, or there is no such day or time
 */
export function parseDateTimeValue(text: string): DateTimeValue | undefined {
  const value = text.trim()
  const date = parseDate(value)
  if (date === undefined) return undefined
  if (value.length === 8) return { kind: 'date', date }
  const time = parseTime(value)
  if (time === undefined) return undefined
  const local = localDateTime(`${date}T${time}`)
  if (value.length === 15) return { kind: 'local', local }
  const isUtc = value.length === 16 && (value[15] === 'Z' || value[15] === 'z')
  return isUtc ? { kind: 'utc', at: instant(clockOf(local)) } : undefined
}

function parseDate(value: string): PlainDate | undefined {
  const year = digits(value, 0, 4), month = digits(value, 4, 2), day = digits(value, 6, 2)
  const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  return exists ? plainDate(`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`) : undefined
}

/** `hh:mm:ss` */
function parseTime(value: string): string | undefined {
  const hour = digits(value, 9, 2), minute = digits(value, 11, 2), second = digits(value, 13, 2)
  const isTime = (value[8] === 'T' || value[8] === 't') && hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60
  return isTime ? `${value.slice(9, 11)}:${value.slice(11, 13)}:${second === 60 ? '59' : value.slice(13, 15)}` : undefined
}

/** NaN if one of them is no digit, or missing. */
function digits(text: string, from: number, count: number): number {
  let number = 0
  for (let at = from; at < from + count; at += 1) {
    const code = text.charCodeAt(at)
    number = code >= 48 && code <= 57 ? number * 10 + code - 48 : NaN
  }
  return number
}

/** `20260310` */
export function formatDate(date: PlainDate): string {
  return date.slice(0, 4) + date.slice(5, 7) + date.slice(8, 10)
}

/** `20260310T090000` */
export function formatLocal(local: LocalDateTime): string {
  return `${local.slice(0, 4)}${local.slice(5, 7)}${local.slice(8, 13)}${local.slice(14, 16)}${local.slice(17, 19)}`
}

/** `20260310T090000Z`; parts of a second are cut off. */
export function formatInstant(at: Instant): string {
  if (at === latest.at) return latest.text
  const day = Math.floor(at / dayMs)
  const second = Math.floor((at - day * dayMs) / 1000)
  const text = `${basicDate(day)}T${String(1_000_000 + Math.floor(second / 3600) * 10_000 + (Math.floor(second / 60) % 60) * 100 + second % 60).slice(1)}Z`
  latest = { at, text }
  return text
}

/** An event has the same moment twice, as DTSTAMP and LAST-MODIFIED. */
let latest = { at: Number.NaN, text: '' }

function basicDate(dayCount: number): string {
  const { year, month, day } = civilDate(dayCount)
  return String(year * 10_000 + month * 100 + day).padStart(8, '0')
}

/** A DURATION: the days are counted on the calendar, the seconds on the clock (RFC 5545 §3.3.6). Both have the same sign. */
export interface Duration {
  readonly days: number
  readonly seconds: number
}

const durationForm = /^([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?)?(?:(\d{1,9})S)?$/i

/** Accepts weeks beside other parts, and seconds without the T ahead of them (calcurse). @returns undefined if it is no DURATION */
export function parseDuration(text: string): Duration | undefined {
  const [, sign, weeks, days, hours, minutes, seconds] = durationForm.exec(text.trim()) ?? []
  const parts = [weeks, days, hours, minutes, seconds]
  if (sign === undefined || parts.every((part) => part === undefined)) return undefined
  const [w, d, h, m, s] = parts.map((part) => Number(part ?? 0)) as [number, number, number, number, number]
  const factor = sign === '-' ? -1 : 1
  return { days: factor * (w * 7 + d) || 0, seconds: factor * (h * 3600 + m * 60 + s) || 0 }
}

/** `-PT10M`, `P1DT2H`, `PT0S`: every day counts 86 400 seconds. */
export function formatSeconds(seconds: number): string {
  const total = Math.abs(Math.trunc(seconds))
  const [d, h, m, s] = [Math.trunc(total / 86_400), Math.trunc(total / 3600) % 24, Math.trunc(total / 60) % 60, total % 60]
  const time = `${h ? `${h}H` : ''}${m ? `${m}M` : ''}${s ? `${s}S` : ''}`
  const date = d ? `${d}D` : ''
  return `${seconds <= -1 ? '-' : ''}P${date}${time ? `T${time}` : date ? '' : 'T0S'}`
}
