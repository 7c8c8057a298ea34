/** iCalendar as a tree of components and properties (RFC 5545 §3.4 to §3.6), without meaning. */

export interface Property {
  /** In upper case. */
  readonly name: string
  /** Names in upper case, values unquoted and with RFC 6868 undone; in the order of the text. A parameter with a list has several values. */
  readonly parameters: readonly Parameter[]
  /** As it stands in the content line: still escaped where its type is TEXT. */
  readonly value: string
  /** 1 for the first line of the body; 0 when it was not read from text. */
  readonly line: number
}

export interface Parameter {
  readonly name: string
  readonly values: readonly string[]
}

export interface Component {
  /** In upper case, e.g. `VEVENT`. */
  readonly name: string
  readonly properties: readonly Property[]
  readonly components: readonly Component[]
  readonly line: number
}

/** The first value of a parameter; undefined if it is not there. */
export function parameter(property: Property, name: string): string | undefined {
  return property.parameters.find((each) => each.name === name)?.values[0]
}

export function propertiesNamed(component: Component, name: string): readonly Property[] {
  return component.properties.filter((each) => each.name === name)
}

const noParameters: readonly Parameter[] = []

/** Builds a property that was not read from text. */
export function property(name: string, value: string, parameters?: Readonly<Record<string, string | readonly string[]>>): Property {
  return { name, parameters: parameters === undefined ? noParameters : parameterList(parameters), value, line: 0 }
}

/** Builds a component that was not read from text. */
export function component(name: string, properties: readonly Property[], components: readonly Component[] = []): Component {
  return { name, properties, components, line: 0 }
}

function parameterList(given: Readonly<Record<string, string | readonly string[]>>): readonly Parameter[] {
  return Object.entries(given).map(([name, value]) => ({ name, values: typeof value === 'string' ? [value] : value }))
}
