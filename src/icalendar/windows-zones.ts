/** Names of zones that are not IANA's: those of Windows and of programs that show zones by their cities. */

import { findIana, IANA_ALIAS_MAP, WINDOWS_TO_IANA_MAP } from 'windows-iana'

import type { TimeZoneId } from '../calendar/identifiers.ts'
import { findTimeZone } from './zone-names.ts'

/**
 * Names that Windows, Outlook and Notes show for zones which no city names, in lower case and without their `(UTC+01:00)`.
 * Values are Windows names where Windows has the zone, else IANA names.
 */
const displayNames: Readonly<Record<string, string>> = {
  'eastern time (us & canada)': 'Eastern Standard Time', 'eastern time (us and canada)': 'Eastern Standard Time', eastern: 'Eastern Standard Time',
  'central time (us & canada)': 'Central Standard Time', 'central time (us and canada)': 'Central Standard Time', central: 'Central Standard Time',
  'mountain time (us & canada)': 'Mountain Standard Time', 'mountain time (us and canada)': 'Mountain Standard Time', mountain: 'Mountain Standard Time',
  'pacific time (us & canada)': 'Pacific Standard Time', 'pacific time (us and canada)': 'Pacific Standard Time', pacific: 'Pacific Standard Time',
  'pacific time (us & canada); tijuana': 'Pacific Standard Time', 'atlantic time (canada)': 'Atlantic Standard Time', atlantic: 'Atlantic Standard Time',
  alaska: 'Alaskan Standard Time', hawaii: 'Hawaiian Standard Time', 'aleutian islands': 'Aleutian Standard Time', arizona: 'US Mountain Standard Time',
  'indiana (east)': 'US Eastern Standard Time', saskatchewan: 'Canada Central Standard Time', newfoundland: 'Newfoundland Standard Time',
  'central america': 'Central America Standard Time', 'baja california': 'Pacific Standard Time (Mexico)', 'easter island': 'Easter Island Standard Time',
  chetumal: 'Eastern Standard Time (Mexico)', yukon: 'Yukon Standard Time', greenland: 'Greenland Standard Time', azores: 'Azores Standard Time',
  'cabo verde is.': 'Cape Verde Standard Time', 'cape verde is.': 'Cape Verde Standard Time', 'mid-atlantic': 'UTC-02', 'mid-atlantic - old': 'UTC-02',
  'greenwich mean time': 'GMT Standard Time', 'greenwich mean time : dublin, edinburgh, lisbon, london': 'GMT Standard Time', gmt: 'GMT Standard Time',
  'coordinated universal time': 'UTC', 'west central africa': 'W. Central Africa Standard Time', 'central european': 'W. Europe Standard Time',
  'western european': 'GMT Standard Time', 'eastern european': 'E. Europe Standard Time', 'international date line west': 'Dateline Standard Time',
  'midway island, samoa': 'Pacific/Pago_Pago', 'solomon is., new caledonia': 'Central Pacific Standard Time', 'marshall is.': 'Pacific/Majuro',
  'fiji, marshall is.': 'Fiji Standard Time', 'fiji, kamchatka, marshall is.': 'Fiji Standard Time', fiji: 'Fiji Standard Time',
  'chatham islands': 'Chatham Islands Standard Time', 'kiritimati island': 'Line Islands Standard Time', 'lord howe island': 'Lord Howe Standard Time',
  'bougainville island': 'Bougainville Standard Time', 'norfolk island': 'Norfolk Standard Time', 'saint pierre and miquelon': 'Saint Pierre Standard Time',
  'turks and caicos': 'Turks And Caicos Standard Time', 'araguaina': 'Tocantins Standard Time', salvador: 'Bahia Standard Time',
  'harare, pretoria': 'South Africa Standard Time', 'abu dhabi, muscat': 'Arabian Standard Time', 'islamabad, karachi': 'Pakistan Standard Time',
  'sri jayawardenepura': 'Sri Lanka Standard Time', 'astana': 'Central Asia Standard Time', 'nur-sultan': 'Central Asia Standard Time',
  'kuala lumpur, singapore': 'Singapore Standard Time', 'osaka, sapporo, tokyo': 'Tokyo Standard Time', eucla: 'Aus Central W. Standard Time',
  'marquesas islands': 'Marquesas Standard Time', 'guam, port moresby': 'West Pacific Standard Time', 'canberra, melbourne, sydney': 'AUS Eastern Standard Time',
  'beijing, chongqing, hong kong, urumqi': 'China Standard Time', 'helsinki, kyiv, riga, sofia, tallinn, vilnius': 'FLE Standard Time',
  'athens, bucharest, istanbul': 'GTB Standard Time', 'moscow, st. petersburg, volgograd': 'Russian Standard Time',
}

/**
 * Finds what a name of Windows or a display name stands for, in any case.
 * @param name e.g. `W. Europe Standard Time`, `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`, `Central Standard Time (Mexico)`
 */
export function findForeignZone(name: string): TimeZoneId | undefined {
  const plain = name.toLowerCase().replace(/^\((?:utc|gmt)[^)]*\)\s*/, '').replace(/\s+/g, ' ').trim()
  return windowsZone(plain) ?? windowsZone((Object.hasOwn(displayNames, plain) ? displayNames[plain]! : '').toLowerCase()) ?? firstCity(plain)
}

/** One zone for each name of Windows: between them nearly all rules that are in force anywhere. */
export function zonesOfWindows(): readonly TimeZoneId[] {
  return [...new Set(index().windows.values())]
}

/**
 * Names that CLDR keeps for ever, and with it the tables here, by what IANA calls these zones now. Only where nobody has named the zone
 * in IANA's way: what a client or the backend calls by an old name keeps it.
 */
const currentNames: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara', 'America/Buenos_Aires': 'America/Argentina/Buenos_Aires', 'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan', 'America/Cordoba': 'America/Argentina/Cordoba', 'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis', 'America/Jujuy': 'America/Argentina/Jujuy', 'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza', 'Asia/Calcutta': 'Asia/Kolkata', 'Asia/Katmandu': 'Asia/Kathmandu', 'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh', 'Atlantic/Faeroe': 'Atlantic/Faroe', 'Europe/Kiev': 'Europe/Kyiv', 'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei', 'Pacific/Truk': 'Pacific/Chuuk',
}

/** The zone of a name in the tables, by its current name where the zone data has it. */
function findCurrent(name: string): TimeZoneId | undefined {
  return findTimeZone(currentNames[name] ?? name) ?? findTimeZone(name)
}

interface Index {
  /** By name in lower case, the zone of its main territory. */
  readonly windows: ReadonlyMap<string, TimeZoneId>
  /** By city in lower case. */
  readonly cities: ReadonlyMap<string, TimeZoneId>
}

let made: Index | undefined

/** Made when first needed: most bodies name their zones in IANA's way. */
function index(): Index {
  return made ??= { windows: indexWindows(), cities: indexCities() }
}

function indexWindows(): ReadonlyMap<string, TimeZoneId> {
  const names = new Set(WINDOWS_TO_IANA_MAP.map((each) => each.windowsName))
  const found = [...names].map((name) => [name.toLowerCase(), findIana(name).map(findCurrent).find((each) => each !== undefined)] as const)
  return new Map(found.filter((pair): pair is [string, TimeZoneId] => pair[1] !== undefined))
}

function indexCities(): ReadonlyMap<string, TimeZoneId> {
  const cities = new Map<string, TimeZoneId>()
  for (const name of IANA_ALIAS_MAP.flatMap((each) => each.alias)) {
    const zone = name.includes('/') && !name.startsWith('Etc/') ? findCurrent(name) : undefined
    const city = name.slice(name.lastIndexOf('/') + 1).toLowerCase().replaceAll('_', ' ')
    if (zone !== undefined && !cities.has(city)) cities.set(city, zone)
  }
  return cities
}

function windowsZone(name: string): TimeZoneId | undefined {
  return index().windows.get(name) ?? (name.includes('/') ? findTimeZone(name) : undefined)
}

/** `Amsterdam, Berlin, ...`: lists of cities that share a zone. */
function firstCity(names: string): TimeZoneId | undefined {
  for (const city of names.split(',')) {
    const zone = index().cities.get(city.trim())
    if (zone !== undefined) return zone
  }
  return undefined
}
