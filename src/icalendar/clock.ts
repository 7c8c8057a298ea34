/**
 * Arithmetic on wall clocks, without zones.
 *
 * A *clock* is a number: milliseconds from 1970-01-01T00:00:00 to a local date and time, both read as if there were no zone.
 * A *day* is a number too: days since 1970-01-01. The calendar is the proleptic Gregorian one (RFC 5545 §3.3.4), years 0001 to 9999.
 */

import type { LocalDateTime, PlainDate } from '../calendar/identifiers.ts'

const secondMs = 1000
export const dayMs = 86_400_000

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

/** Days since 1970-01-01; months and days beyond their range run over into the next ones. */
export function dayNumber(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1
  const fromMarch = Math.floor((months - 2) / 12)
  const monthFromMarch = months - 2 - fromMarch * 12
  const leapDays = Math.floor(fromMarch / 4) - Math.floor(fromMarch / 100) + Math.floor(fromMarch / 400)
  return fromMarch * 365 + leapDays + Math.floor((monthFromMarch * 153 + 2) / 5) + day - 719_469
}

/** The inverse of {@link dayNumber}. */
export function civilDate(dayNumber: number): CivilDate {
  const shifted = dayNumber + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(dayNumber: number): number {
  return (((dayNumber + 3) % 7) + 7) % 7
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1)
}

export function clockOf(local: LocalDateTime): number {
  const seconds = digits(local, 11, 13) * 3600 + digits(local, 14, 16) * 60 + digits(local, 17, 19)
  return dayOf(local) * dayMs + seconds * secondMs
}

/** @param date also a local date and time, of which the date counts */
export function dayOf(date: PlainDate | LocalDateTime): number {
  return dayNumber(digits(date, 0, 4), digits(date, 5, 7), digits(date, 8, 10))
}

/** Milliseconds are cut off. */
export function localOf(clock: number): LocalDateTime {
  const day = Math.floor(clock / dayMs)
  const second = Math.floor((clock - day * dayMs) / secondMs)
  const time = `${padded(Math.floor(second / 3600))}:${padded(Math.floor(second / 60) % 60)}:${padded(second % 60)}`
  return `${dateOf(day)}T${time}` as LocalDateTime
}

export function dateOf(dayNumber: number): PlainDate {
  const { year, month, day } = civilDate(dayNumber)
  return `${year < 1000 ? String(year).padStart(4, '0') : year}-${padded(month)}-${padded(day)}` as PlainDate
}

function padded(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let i = from; i < to; i++) number = number * 10 + text.charCodeAt(i) - 48
  return number
}
