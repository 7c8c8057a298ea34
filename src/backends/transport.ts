/** How an adapter reaches its REST service: a function, so that the network, the embedded emulator and recorded exchanges are interchangeable. */

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

export interface RestResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @throws TransportError when no whole answer came; any status that did come is a response, not an error */
export type Transport = (request: RestRequest) => Promise<RestResponse>
