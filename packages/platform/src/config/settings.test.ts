import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hostedLimits, readSettings, SettingsError } from './settings.ts'

/** Random enough, and the same in every run. */
const wrapping = Buffer.from(Array.from({ length: 32 }, (_, at) => (at * 37 + 11) % 256)).toString('base64')

const hosted = {
  CONNECT_RUN_MODE: 'hosted',
  DATABASE_URL: 'postgres://connect:pa55word@db/connect',
  CONNECT_PUBLIC_URL: 'https://connect.example',
  CONNECT_MASTER_KEY: randomBytes(32).toString('base64'),
}

function mistakes(env: Record<string, string | undefined>): string {
  try {
    readSettings(env)
    return ''
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
}

it('needs nothing on a laptop', () => {
  expect(readSettings({})).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    runMode: 'embedded',
    dataDir: '.data',
    logLevel: 'warn',
    publicUrl: undefined,
  })
})

it('takes an empty value for one that was not given', () => {
  expect(readSettings({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 4000, databaseUrl: undefined })
})

it('lets webhooks reach this machine when embedded, nothing inside when hosted, and private hosts where the operator says so', () => {
  const reachOf = (env: Record<string, string>) => readSettings(env).webhookReach
  expect([reachOf({}), reachOf(hosted)]).toEqual(['loopback', 'public'])
  for (const env of [{}, hosted]) {
    expect(reachOf({ ...env, CONNECT_ALLOW_PRIVATE_WEBHOOKS: 'true' })).toBe('private')
    expect(reachOf({ ...env, CONNECT_ALLOW_PRIVATE_WEBHOOKS: 'false' })).toBe('public')
  }
  expect(mistakes({ CONNECT_ALLOW_PRIVATE_WEBHOOKS: 'yes' })).toContain('CONNECT_ALLOW_PRIVATE_WEBHOOKS:')
})

it('prints every mistake at once, without the values', () => {
  const text = mistakes({
    CONNECT_RUN_MODE: 'hosted',
    PORT: '99999999',
    DATABASE_URL: 'mysql://root:pa55word@db',
    CONNECT_METRICS_TOKEN: 'too-short-token',
    CONNECT_MASTER_KEY: 'c2hvcnQ=',
    CONNECT_TRUSTED_PROXIES: '10.0.0.1, proxy.internal',
    TWILIO_LIVE_ACCOUNT_SID: 'nonsense',
  })
  for (const name of [
    'PORT',
    'DATABASE_URL',
    'CONNECT_METRICS_TOKEN',
    'CONNECT_MASTER_KEY',
    'CONNECT_TRUSTED_PROXIES',
    'TWILIO_LIVE_ACCOUNT_SID',
    'CONNECT_PUBLIC_URL',
  ])
    expect(text).toContain(`${name}:`)
  expect(text).not.toMatch(/pa55word|too-short-token|c2hvcnQ|nonsense|proxy\.internal/)
})

describe('hosted', () => {
  it('is taken when all is said', () => {
    expect(readSettings(hosted)).toMatchObject({
      runMode: 'hosted',
      logLevel: 'info',
      publicUrl: 'https://connect.example',
      limits: hostedLimits,
    })
  })

  it.each(['DATABASE_URL', 'CONNECT_PUBLIC_URL', 'CONNECT_MASTER_KEY'])('requires %s', (name) => {
    expect(mistakes({ ...hosted, [name]: undefined })).toContain(`${name}: is required`)
  })

  it.each([
    ['CONNECT_PUBLIC_URL', 'http://connect.example', 'https'],
    ['CONNECT_MASTER_KEY', Buffer.alloc(31, 7).toString('base64'), '32 bytes'],
    ['CONNECT_MASTER_KEY', Buffer.alloc(32).toString('base64'), 'random'],
    ['CONNECT_MASTER_KEY', Buffer.from('changeme'.repeat(4)).toString('base64'), 'random'],
  ])('refuses %s=%s', (name, value, why) => {
    expect(mistakes({ ...hosted, [name]: value })).toMatch(new RegExp(`${name}: .*${why}`))
  })
})

it.each([
  ['PORT', ' '],
  ['PORT', '0x50'],
  ['PORT', '80.5'],
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['CONNECT_POOL_SIZE', '1e2'],
  ['CONNECT_POOL_SIZE', '0'],
  ['CONNECT_RUN_MODE', 'production'],
  ['CONNECT_LOG_LEVEL', 'debug'],
  ['CONNECT_PUBLIC_URL', 'connect.example'],
  ['CONNECT_PUBLIC_URL', 'https://user:word@connect.example'],
  ['CONNECT_PUBLIC_URL', 'https://connect.example/?a=1'],
  ['REDIS_URL', 'http://redis'],
  ['CONNECT_TRUSTED_PROXIES', '10.0.0.0/8'],
  ['CONNECT_STUN_URLS', 'https://stun.example'],
  ['CONNECT_STUN_URLS', ','],
  ['CONNECT_TURN_URLS', 'turn:turn.example,stun:stun.example'],
  ['CONNECT_TURN_SECRET', 'short'],
  ['CONNECT_S3_BUCKET', 'A_Bucket'],
  ['CONNECT_S3_ENDPOINT', 's3.example'],
  ['CONNECT_VAULT_KEYS', 'k'],
  ['CONNECT_VAULT_KEYS', `0:${wrapping}`],
  ['CONNECT_VAULT_KEYS', `1:${wrapping},1:${wrapping}`],
  ['CONNECT_VAULT_KEYS', `1:${Buffer.alloc(32).toString('base64')}`],
  ['CONNECT_VAULT_KEYS', `1:${wrapping.slice(0, 20)}`],
])('refuses %s=%s', (name, value) => {
  expect(mistakes({ [name]: value })).toContain(`${name}:`)
})

it('takes a bucket with its account, and versions of the key that wraps others', () => {
  expect(readSettings({})).toMatchObject({ s3: undefined, vaultKeys: undefined })
  const bucket = { CONNECT_S3_BUCKET: 'papers', CONNECT_S3_ACCESS_KEY_ID: 'id', CONNECT_S3_SECRET_ACCESS_KEY: 'secret' }
  expect(mistakes({ CONNECT_S3_BUCKET: 'papers' })).toContain('CONNECT_S3_ACCESS_KEY_ID:')
  expect(readSettings({ ...bucket, CONNECT_S3_ACCESS_KEY_ID: 'AKIA', CONNECT_VAULT_KEYS: `2:${wrapping}, 1:${wrapping}` })).toMatchObject({
    s3: { bucket: 'papers', region: 'ap-south-1', endpoint: undefined, accessKeyId: 'AKIA', secretAccessKey: 'secret' },
    vaultKeys: [
      { version: 2, key: Buffer.from(wrapping, 'base64') },
      { version: 1, key: Buffer.from(wrapping, 'base64') },
    ],
  })
})

it('takes half of an account for a mistake, not for none', () => {
  expect(mistakes({ TWILIO_LIVE_ACCOUNT_SID: `AC${'0'.repeat(32)}` })).toContain('TWILIO_LIVE_AUTH_TOKEN:')
  expect(mistakes({ TWILIO_LIVE_AUTH_TOKEN: 'x'.repeat(32) })).toContain('TWILIO_LIVE_ACCOUNT_SID:')
})

it('drops the slash at the end of a URL, and spells addresses one way', () => {
  const settings = readSettings({
    CONNECT_PUBLIC_URL: 'https://connect.example/',
    CONNECT_TRUSTED_PROXIES: '::FFFF:10.0.0.1, 2001:DB8::0:1',
  })
  expect(settings).toMatchObject({ publicUrl: 'https://connect.example', trustedProxies: ['10.0.0.1', '2001:db8::1'] })
})

it('takes STUN and TURN servers, and a TURN server with its secret only', () => {
  const urls = 'turn:turn.example:3478, turns:[2001:db8::1]:443?transport=tcp'
  expect(
    readSettings({ CONNECT_STUN_URLS: 'stun:stun.example', CONNECT_TURN_URLS: urls, CONNECT_TURN_SECRET: 's'.repeat(32) }).ice,
  ).toEqual({
    stunUrls: ['stun:stun.example'],
    turn: { urls: ['turn:turn.example:3478', 'turns:[2001:db8::1]:443?transport=tcp'], secret: 's'.repeat(32) },
  })
  expect(readSettings({}).ice).toEqual({ stunUrls: [], turn: undefined })
  expect(mistakes({ CONNECT_TURN_URLS: 'turn:turn.example' })).toContain('CONNECT_TURN_SECRET:')
  expect(mistakes({ CONNECT_TURN_SECRET: 's'.repeat(32) })).toContain('CONNECT_TURN_URLS:')
})

describe('Exotel', () => {
  const key = 'k'.repeat(48)
  const live = { EXOTEL_LIVE_ACCOUNT_SID: 'impacthub1', EXOTEL_LIVE_API_KEY: key, EXOTEL_LIVE_API_TOKEN: key }

  it('is not there unless an account is told, and takes no half of one', () => {
    expect(readSettings({})).toMatchObject({ exotelTest: {}, exotelLive: undefined })
    for (const left of Object.keys(live))
      expect(mistakes({ [left]: live[left as keyof typeof live] })).toMatch(/EXOTEL_LIVE_\w+: is required with/)
  })

  it.each([
    [{}, 'connect'],
    [{ EXOTEL_LIVE_FLOW_ID: '4711' }, 'flow'],
    [{ EXOTEL_LIVE_LEGS: 'on' }, 'legs'],
    [{ EXOTEL_LIVE_LEGS: 'on', EXOTEL_LIVE_FLOW_ID: '4711' }, 'legs'],
    [{ EXOTEL_LIVE_LEGS: 'off', EXOTEL_LIVE_FLOW_ID: '4711' }, 'flow'],
  ])('with %j makes calls by the pattern "%s", in Mumbai', (given, pattern) => {
    expect(readSettings({ ...live, ...given }).exotelLive).toMatchObject({
      baseUrl: 'https://api.in.exotel.com',
      legsBaseUrl: 'https://cpaas-api.in.exotel.com',
      pattern,
    })
  })

  it('keeps the sandbox of test mode unless another address is told', () => {
    expect(readSettings({ ...live, EXOTEL_FLOW_ID: '9' }).exotelTest).toEqual({ flowId: '9', pattern: 'flow' })
    expect(readSettings({ EXOTEL_BASE_URL: 'https://exotel.example/' }).exotelTest).toEqual({ baseUrl: 'https://exotel.example' })
  })

  it.each([
    ['EXOTEL_LEGS', 'yes'],
    ['EXOTEL_ACCOUNT_SID', 'a/b'],
    ['EXOTEL_API_TOKEN', 'short'],
    ['EXOTEL_LIVE_BASE_URL', 'api.exotel.com'],
  ])('refuses %s=%s', (name, value) => expect(mistakes({ [name]: value })).toContain(`${name}:`))
})

describe('who checks identities', () => {
  it('is in live mode nobody without credentials, and known hosts say the rest', () => {
    expect(readSettings({})).toMatchObject({ karzaTest: {}, karzaLive: undefined, signzyTest: {}, signzyLive: undefined })
    const apiKey = 'k'.repeat(16)
    expect(readSettings({ KARZA_LIVE_API_KEY: apiKey }).karzaLive).toEqual({
      baseUrl: 'https://api.karza.in',
      apiKey,
      authHeader: 'x-karza-key',
    })
    const hub = { KARZA_LIVE_API_KEY: apiKey, KARZA_LIVE_BASE_URL: 'https://hub.perfios.com/api/kyc' }
    expect(readSettings(hub).karzaLive).toMatchObject({ authHeader: 'x-auth-key' })
    expect(readSettings({ ...hub, KARZA_LIVE_AUTH_HEADER: 'x-other' }).karzaLive).toMatchObject({ authHeader: 'x-other' })
    expect(readSettings({ SIGNZY_LIVE_TOKEN: 't'.repeat(16) }).signzyLive).toMatchObject({
      baseUrl: 'https://api.signzy.app',
      persistUrl: 'https://persist.signzy.tech',
      generation: 'v3',
    })
  })

  it('has second accounts of the other generation, for apps that choose it', () => {
    expect(readSettings({})).toMatchObject({
      karzaHub: { test: undefined, live: undefined },
      signzyV2: { test: undefined, live: undefined },
    })
    const apiKey = 'k'.repeat(16)
    expect(readSettings({ KARZA_LIVE_HUB_API_KEY: apiKey }).karzaHub).toEqual({
      test: undefined,
      live: { baseUrl: 'https://hub.perfios.com/api/kyc', apiKey, authHeader: 'x-auth-key' },
    })
    const login = { username: 'us', password: 'p'.repeat(16) }
    const older = readSettings({ SIGNZY_LIVE_V2_USERNAME: login.username, SIGNZY_LIVE_V2_PASSWORD: login.password }).signzyV2
    expect(older.live).toMatchObject({
      baseUrl: 'https://signzy.tech',
      persistUrl: 'https://persist.signzy.tech',
      generation: 'v2',
      credentials: login,
    })
    expect(mistakes({ SIGNZY_V2_USERNAME: 'us' })).toContain('SIGNZY_V2_PASSWORD: is required with SIGNZY_V2_USERNAME')
  })

  it.each([
    ['https://signzy.tech', 'https://persist.signzy.tech', 'v2'],
    ['https://preproduction.signzy.tech', 'https://preproduction-persist.signzy.tech', 'v2'],
    ['https://api-preproduction.signzy.app', 'https://preproduction-persist.signzy.tech', 'v3'],
    ['http://127.0.0.1:9', 'http://127.0.0.1:9', 'v3'],
  ])('at %s keeps pictures at %s and speaks %s', (baseUrl, persistUrl, generation) =>
    expect(readSettings({ SIGNZY_BASE_URL: baseUrl }).signzyTest).toEqual({ baseUrl, persistUrl, generation }),
  )

  it('is told in full, and with an address that is one', () => {
    expect(mistakes({ SIGNZY_LIVE_USERNAME: 'us' })).toContain('SIGNZY_LIVE_PASSWORD: is required with SIGNZY_LIVE_USERNAME')
    for (const [name, value] of [
      ['KARZA_BASE_URL', 'api.karza.in'],
      ['KARZA_API_KEY', 'short'],
      ['KARZA_AUTH_HEADER', 'no header'],
      ['SIGNZY_API_VERSION', 'v4'],
      ['SIGNZY_PERSIST_URL', 'ftp://files'],
    ] as const)
      expect(mistakes({ [name]: value })).toContain(`${name}: `)
  })
})

describe('Razorpay', () => {
  const live = {
    RAZORPAY_LIVE_KEY_ID: 'rzp_live_AbCdEfGhIjKlMn',
    RAZORPAY_LIVE_KEY_SECRET: 'k'.repeat(24),
    RAZORPAY_LIVE_WEBHOOK_SECRET: 'w'.repeat(24),
  }

  it('is not there unless an account is told, and takes no part of one', () => {
    expect(readSettings({})).toMatchObject({ razorpayTest: {}, razorpayLive: undefined })
    for (const left of Object.keys(live))
      expect(mistakes({ [left]: live[left as keyof typeof live] })).toMatch(/RAZORPAY_LIVE_\w+: is required with/)
  })

  it('asks the API at one host for live mode, and shows the payment page of another', () => {
    expect(readSettings(live).razorpayLive).toMatchObject({
      baseUrl: 'https://api.razorpay.com',
      checkoutUrl: 'https://checkout.razorpay.com',
      keyId: live.RAZORPAY_LIVE_KEY_ID,
    })
  })

  it.each([
    [{ RAZORPAY_BASE_URL: 'http://127.0.0.1:9/' }, { baseUrl: 'http://127.0.0.1:9', checkoutUrl: 'http://127.0.0.1:9' }],
    [
      { RAZORPAY_BASE_URL: 'https://api.razorpay.com' },
      { baseUrl: 'https://api.razorpay.com', checkoutUrl: 'https://checkout.razorpay.com' },
    ],
    [{ RAZORPAY_CHECKOUT_URL: 'https://pay.example' }, { checkoutUrl: 'https://pay.example' }],
  ])('finds the payment page of %j', (given, found) => expect(readSettings(given).razorpayTest).toEqual(found))

  it.each([
    ['RAZORPAY_KEY_ID', 'rzp_live_AbCdEfGhIjKlMn'],
    ['RAZORPAY_LIVE_KEY_ID', 'rzp_test_AbCdEfGhIjKlMn'],
    ['RAZORPAY_KEY_SECRET', 'short'],
    ['RAZORPAY_WEBHOOK_SECRET', 'short'],
    ['RAZORPAY_LIVE_BASE_URL', 'api.razorpay.com'],
  ])('refuses %s=%s', (name, value) => expect(mistakes({ [name]: value })).toContain(`${name}:`))
})

it('reads newer throwaway domains only where it is told to, and over https', () => {
  expect(readSettings({}).throwawayListUrl).toBeUndefined()
  expect(readSettings({ CONNECT_THROWAWAY_LIST_URL: 'https://lists.example/domains.txt' }).throwawayListUrl).toBe(
    'https://lists.example/domains.txt',
  )
  expect(mistakes({ CONNECT_THROWAWAY_LIST_URL: 'http://lists.example/domains.txt' })).toContain('CONNECT_THROWAWAY_LIST_URL')
})
