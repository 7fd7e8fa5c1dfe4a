import { timingSafeEqual } from 'node:crypto'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export interface Metrics {
  request(route: string, method: string, status: number, seconds: number): void
  /** The page for a scraper with the operator's token; undefined for anybody else. */
  page(authorization: string | undefined): Promise<{ contentType: string; body: string } | undefined>
}

/** What is asked for when the page is: a state that all processes share. */
export interface Measure {
  readonly name: string
  readonly help: string
  readonly read: () => Promise<number>
}

export function createMetrics(token: string | undefined, measures: readonly Measure[] = []): Metrics {
  const registry = new Registry()
  if (token !== undefined) collectDefaultMetrics({ register: registry })
  for (const measure of measures) addGauge(registry, measure)
  const names = ['route', 'method', 'status'] as const
  const requests = new Counter({ name: 'connect_http_requests_total', help: 'Requests answered', labelNames: names, registers: [registry] })
  const seconds = new Histogram({
    name: 'connect_http_request_seconds',
    help: 'Time from the first byte to the answer',
    labelNames: ['route', 'method'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  const expected = Buffer.from(`Bearer ${token ?? ''}`)
  return {
    request(route, method, status, duration) {
      if (token === undefined) return
      requests.inc({ route, method, status: String(status) })
      seconds.observe({ route, method }, duration)
    },
    async page(authorization) {
      const given = Buffer.from(authorization ?? '')
      if (token === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}

function addGauge(registry: Registry, { name, help, read }: Measure): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    // Where the answer cannot be had, the page shows no number rather than an old one: NaN in the format of the page.
    collect: async () => gauge.set(await read().catch(() => Number.NaN)),
  })
}
