/**
 * The wall clocks that rules of whole days, weeks, months and years generate (RFC 5545 §3.3.10), by counting on the calendar.
 *
 * A rule is a test of single days: the parts that it leaves out are taken from DTSTART, and then every part narrows the days of a period.
 * So a period is found without walking to it, and no rule costs more than the days that are tested.
 */

import type { RecurrenceRule } from '../calendar/event.ts'
import { civilDate, dayMs, dayNumber, daysInMonth, weekdayOf } from './clock.ts'
import { weekdays } from './rule.ts'

/** Counts down as days are tested and clocks are given out. Below zero a walk ends, whatever is left to find. */
export interface Budget {
  left: number
}

/** Where on the line of clocks a walk is of use, both ends inclusive. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** A stretch of days, the last one exclusive. */
type Period = readonly [first: number, end: number]

/**
 * COUNT and UNTIL are the caller's.
 * @param rule    of a frequency of a day or more
 * @param start   clock of DTSTART
 * @param stretch outside of it, and before `start`, clocks may be left out or given
 * @returns       clocks in order; ends with the stretch or the budget
 */
export function* dayRuleClocks(rule: RecurrenceRule, start: number, stretch: Stretch, budget: Budget): Generator<number> {
  const startDay = Math.floor(start / dayMs)
  const whole = withImpliedParts(rule, startDay)
  const isMatch = dayTest(whole)
  const times = timesOfDay(whole, start - startDay * dayMs)
  for (let index = firstPeriod(rule, startDay, Math.floor(stretch.from / dayMs)); ; index++) {
    const period = periodAt(whole, startDay, index)
    budget.left -= 1
    if (period[0] * dayMs > stretch.to || budget.left < 0) return
    yield* clocksOf(matchingDays(whole, period, isMatch, budget), times, rule.bySetPosition, budget)
  }
}

function* clocksOf(days: readonly number[], times: readonly number[], positions: readonly number[], budget: Budget): Generator<number> {
  const size = days.length * times.length
  const chosen = positions.length === 0 ? undefined : chosenIndexes(positions, size)
  const count = chosen?.length ?? size
  for (let i = 0; i < count; i++) {
    const index = chosen?.[i] ?? i
    if (--budget.left < 0) return
    yield days[Math.floor(index / times.length)]! * dayMs + times[index % times.length]!
  }
}

/** BYSETPOS: from 1 at the front, from -1 at the end. */
function chosenIndexes(positions: readonly number[], size: number): number[] {
  const indexes = positions.map((position) => (position > 0 ? position - 1 : size + position))
  return [...new Set(indexes.filter((index) => index >= 0 && index < size))].sort((a, b) => a - b)
}

/** RFC 5545 §3.3.10: what the rule does not say is as in DTSTART. */
function withImpliedParts(rule: RecurrenceRule, startDay: number): RecurrenceRule {
  const { month, day } = civilDate(startDay)
  const byDay = rule.byDay.length > 0 ? rule.byDay : [{ weekday: weekdays[weekdayOf(startDay)]! }]
  const namesDays = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length > 0
  switch (rule.frequency) {
    case 'WEEKLY': return { ...rule, byDay }
    case 'MONTHLY': return namesDays ? rule : { ...rule, byMonthDay: [day] }
    case 'YEARLY':
      if (namesDays) return rule
      if (rule.byWeekNumber.length > 0) return { ...rule, byDay }
      return { ...rule, byMonthDay: [day], byMonth: rule.byMonth.length > 0 ? rule.byMonth : [month] }
    default: return rule
  }
}

/** The number of the period in which the walk may begin; the one of DTSTART has the number 0. */
function firstPeriod(rule: RecurrenceRule, startDay: number, fromDay: number): number {
  const daysAhead = fromDay - startDay
  const [from, start] = [civilDate(fromDay), civilDate(startDay)]
  const periods = {
    DAILY: () => daysAhead, WEEKLY: () => daysAhead / 7 - 1, YEARLY: () => from.year - start.year - 1,
    MONTHLY: () => (from.year - start.year) * 12 + from.month - start.month,
  }[rule.frequency as 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY']()
  return Math.max(0, Math.floor(periods / rule.interval))
}

function periodAt(rule: RecurrenceRule, startDay: number, index: number): Period {
  const step = index * rule.interval
  if (rule.frequency === 'DAILY') return [startDay + step, startDay + step + 1]
  if (rule.frequency === 'WEEKLY') {
    const first = startOfWeek(startDay, rule) + step * 7
    return [first, first + 7]
  }
  const { year, month } = civilDate(startDay)
  if (rule.frequency === 'MONTHLY') return [dayNumber(year, month + step, 1), dayNumber(year, month + step + 1, 1)]
  if (rule.byWeekNumber.length > 0) return [firstWeek(year + step, rule), firstWeek(year + step + 1, rule)]
  return [dayNumber(year + step, 1, 1), dayNumber(year + step + 1, 1, 1)]
}

function startOfWeek(day: number, rule: RecurrenceRule): number {
  return day - ((weekdayOf(day) - weekdays.indexOf(rule.weekStart) + 7) % 7)
}

/** First day of week 1, the first week with at least four days in the year: the one of 4 January. */
function firstWeek(year: number, rule: RecurrenceRule): number {
  return startOfWeek(dayNumber(year, 1, 4), rule)
}

function matchingDays(rule: RecurrenceRule, [first, end]: Period, isMatch: (day: number) => boolean, budget: Budget): number[] {
  const days: number[] = []
  for (let day = first; day < end && budget.left >= 0; day++) {
    const skipped = rule.byMonth.length === 0 ? day : nextNamedMonth(rule, day)
    if (skipped > day) day = skipped - 1
    else if (isMatch(day)) days.push(day)
    budget.left -= 1
  }
  return days
}

/** The day itself if BYMONTH allows it, else the first day of the month behind. */
function nextNamedMonth(rule: RecurrenceRule, day: number): number {
  const { year, month } = civilDate(day)
  return rule.byMonth.includes(month) ? day : dayNumber(year, month + 1, 1)
}

type DayTest = (day: number) => boolean

/** Every part but BYMONTH, which {@link nextNamedMonth} looks after. */
function dayTest(rule: RecurrenceRule): DayTest {
  const tests: DayTest[] = []
  if (rule.byWeekNumber.length > 0) tests.push(weekNumberTest(rule))
  if (rule.byYearDay.length > 0) tests.push(yearDayTest(rule))
  if (rule.byMonthDay.length > 0) tests.push(monthDayTest(rule))
  if (rule.byDay.length > 0) tests.push(weekdayTest(rule))
  return (day) => tests.every((test) => test(day))
}

/** Whether one of the numbers means the place, counted from 1 at the front and from -1 at the end. */
function names(numbers: readonly number[], place: number, size: number): boolean {
  return numbers.includes(place) || numbers.includes(place - size - 1)
}

function weekNumberTest(rule: RecurrenceRule): DayTest {
  return (day) => {
    // The Thursday of a Monday week, and its like in other weeks, tells whose year the week belongs to.
    const { year } = civilDate(startOfWeek(day, rule) + 3)
    const first = firstWeek(year, rule)
    return names(rule.byWeekNumber, Math.floor((day - first) / 7) + 1, (firstWeek(year + 1, rule) - first) / 7)
  }
}

function yearDayTest(rule: RecurrenceRule): DayTest {
  return (day) => {
    const [first, end] = yearOf(day)
    return names(rule.byYearDay, day - first + 1, end - first)
  }
}

function monthDayTest(rule: RecurrenceRule): DayTest {
  return (day) => {
    const civil = civilDate(day)
    return names(rule.byMonthDay, civil.day, daysInMonth(civil.year, civil.month))
  }
}

/** Weekdays are counted within the month in monthly rules and beside BYMONTH, else within the year. */
function weekdayTest(rule: RecurrenceRule): DayTest {
  const span = rule.frequency === 'MONTHLY' || rule.byMonth.length > 0 ? monthOf : yearOf
  const plain = new Set(rule.byDay.filter((each) => each.ordinal === undefined).map((each) => weekdays.indexOf(each.weekday)))
  const counted = weekdays.map((weekday) => rule.byDay.flatMap((each) => (each.weekday === weekday && each.ordinal !== undefined ? [each.ordinal] : [])))
  return (day) => {
    const weekday = weekdayOf(day)
    if (plain.has(weekday)) return true
    const ordinals = counted[weekday]!
    if (ordinals.length === 0) return false
    const [first, end] = span(day)
    return ordinals.includes(Math.floor((day - first) / 7) + 1) || ordinals.includes(-Math.floor((end - 1 - day) / 7) - 1)
  }
}

function monthOf(day: number): Period {
  const { year, month } = civilDate(day)
  return [dayNumber(year, month, 1), dayNumber(year, month + 1, 1)]
}

function yearOf(day: number): Period {
  const { year } = civilDate(day)
  return [dayNumber(year, 1, 1), dayNumber(year + 1, 1, 1)]
}

/** Milliseconds since midnight, in order. A leap second is the second before it (RFC 5545 §3.3.12). */
function timesOfDay(rule: RecurrenceRule, startTime: number): readonly number[] {
  const second = Math.floor(startTime / 1000)
  const hours = orElse(rule.byHour, Math.floor(second / 3600))
  const minutes = orElse(rule.byMinute, Math.floor(second / 60) % 60)
  const seconds = [...new Set(orElse(rule.bySecond, second % 60).map((each) => Math.min(each, 59)))]
  return hours.flatMap((hour) => minutes.flatMap((minute) => seconds.map((each) => (hour * 3600 + minute * 60 + each) * 1000)))
}

function orElse(list: readonly number[], otherwise: number): readonly number[] {
  return list.length > 0 ? list : [otherwise]
}
