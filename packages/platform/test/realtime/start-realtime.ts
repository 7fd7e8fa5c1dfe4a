import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../../src/base/ids.ts'
import { createLogger } from '../../src/base/logger.ts'
import { fail } from '../../src/base/problem.ts'
import { everyTenant, tenantId, type SecretActor, type TenantId, type UserActor } from '../../src/base/tenant.ts'
import type { Bus } from '../../src/bus/bus.ts'
import type { Db } from '../../src/db/connect.ts'
import { createPresence, type PresenceDeps } from '../../src/features/presence/index.ts'
import { createFanOut, createRealtime, type CurrentState, type RealtimeActor, type RealtimeSettings } from '../../src/realtime/index.ts'

/** Time that a test holds; timers run on. */
export class TestClock {
  #now = Date.UTC(2026, 0, 1)
  now = () => new Date(this.#now)
  sleep = (ms: number) => sleep(ms)
  advance(ms: number): void {
    this.#now += ms
  }
}

/** An app in test mode with these users, as rows. */
export async function createTenant(db: Db, hostUserIds: readonly string[]): Promise<{ id: TenantId; appId: string }> {
  const appId = newId('app')
  const at = new Date()
  return db.transact(everyTenant, async (tx) => {
    const [row] = await tx.query<{ id: number }>(
      `insert into tenants (app_id, mode, name, created_at) values ($1, 'test', 'Test', $2) returning id`,
      [appId, at],
    )
    const id = tenantId(row?.id ?? 0)
    await tx.query(
      `insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
       select new.id, $1, new.host_id, new.host_id, new.id, $2 from unnest($3::text[], $4::text[]) as new (id, host_id)`,
      [id, at, hostUserIds.map(() => newId('usr')), hostUserIds],
    )
    return { id, appId }
  })
}

export interface RealtimeUnderTest {
  readonly tenant: { readonly id: TenantId; readonly appId: string }
  readonly url: string
  readonly server: Server
  readonly fanOut: ReturnType<typeof createFanOut>
  readonly realtime: ReturnType<typeof createRealtime>
  readonly presence: PresenceDeps
  readonly clock: TestClock
  /** Users (`usr_…`) in a call. */
  readonly busy: Set<string>
  /** Credentials that do not count any more: `usr_…` or `key_…`. */
  readonly revoked: Set<string>
  /** What the next snapshots hold besides presence; a test may make it wait. */
  state: () => Promise<CurrentState>
  actor(hostUserId: string): Promise<UserActor>
  /** Good for 15 minutes. */
  token(hostUserId: string): string
  /** The host's server, with a secret key that may do all. */
  readonly serverActor: SecretActor
  close(): Promise<void>
}

export interface RealtimeSetup {
  readonly db: Db
  readonly bus: Bus
  readonly tenant: { id: TenantId; appId: string }
  readonly settings?: Partial<RealtimeSettings>
}

/** Realtime and presence as the platform puts them together, with credentials that a test can read and revoke. */
export async function startRealtime({ db, bus, tenant, settings = {} }: RealtimeSetup): Promise<RealtimeUnderTest> {
  const logger = createLogger('silent')
  const clock = new TestClock()
  const fanOut = createFanOut(bus, logger)
  const busy = new Set<string>()
  const revoked = new Set<string>()
  const tenantRef = { id: tenant.id, appId: tenant.appId, mode: 'test' as const }
  const presence: PresenceDeps = {
    db,
    bus,
    clock,
    busyAmong: async (_id, userIds) => new Set(userIds.filter((id) => busy.has(id))),
    hint: fanOut.presenceHint,
  }

  async function actor(hostUserId: string, issuedAt = clock.now().getTime()): Promise<UserActor> {
    const [row] = await db.transact(tenant.id, (tx) =>
      tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2', [tenant.id, hostUserId]),
    )
    const user: UserActor = {
      kind: 'user',
      tenant: tenantRef,
      userId: row?.id ?? fail('unauthenticated'),
      hostUserId,
      tokenIssuedAt: new Date(issuedAt),
      tokenExpiresAt: new Date(issuedAt + 15 * 60_000),
    }
    return user.tokenExpiresAt <= clock.now() || revoked.has(user.userId) ? fail('unauthenticated') : user
  }

  const under = {
    tenant,
    fanOut,
    presence,
    clock,
    busy,
    revoked,
    state: async () => ({ calls: [], wallet: null }) as CurrentState,
    actor: (hostUserId: string) => actor(hostUserId),
    token: (hostUserId: string) => `${clock.now().getTime()} ${hostUserId}`,
    serverActor: { kind: 'secret', tenant: tenantRef, keyId: newId('key'), callerId: newId('key'), scopes: null } as SecretActor,
  }
  const realtime = createRealtime(
    {
      bus,
      clock,
      logger,
      publicUrl: 'https://connect.example',
      presence: createPresence(presence),
      snapshotOf: () => under.state(),
      onCallMessage: async () => undefined,
      authenticateToken: async (token) => {
        const [issuedAt = '', hostUserId] = token.split(' ')
        return hostUserId === undefined ? fail('unauthenticated') : actor(hostUserId, Number(issuedAt))
      },
      countGuess: async () => undefined,
      stillValid: async (asked: RealtimeActor) => !revoked.has(asked.kind === 'user' ? asked.userId : asked.keyId),
      originAllowed: async (_actor, origin) => origin === 'https://host.example',
      clientIp: (request) => request.headers['x-test-ip']?.toString() ?? request.socket.remoteAddress ?? '',
      settings,
    },
    fanOut,
  )
  const server = createServer((_request, response) => response.writeHead(404).end())
  realtime.attach(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(under, {
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    server,
    realtime,
    async close() {
      await realtime.close()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  })
}
