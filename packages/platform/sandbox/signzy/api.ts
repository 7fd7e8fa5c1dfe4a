import { answerWith } from '../kit/faults.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { type ApiRequest, readBody, Refusal, refusalOf } from './answers.ts'
import * as files from './files.ts'
import { logIn, logOut, requireToken } from './sessions.ts'
import * as v2 from './v2-api.ts'
import * as v3 from './v3-api.ts'
import type { World } from './world.ts'

interface Route {
  readonly method?: 'GET'
  readonly path: RegExp
  /** Whether it is answered without a token. */
  readonly isOpen?: true
  readonly run: (world: World, request: ApiRequest) => Answer | Promise<Answer>
}

const routes: readonly Route[] = [
  { path: /^\/api\/customers\/login$/, isOpen: true, run: logIn },
  { path: /^\/api\/v3\/(?:panextensive|panv2-fetch\/no-cache|pan\/simple|pan\/pan-verification-v3)$/, run: v3.panFetch },
  { path: /^\/api\/v3\/pan\/extractions$/, run: v3.readPan },
  { path: /^\/api\/v3\/getOkycOtp$/, run: v3.sendPassword },
  { path: /^\/api\/v3\/fetchOkycData$/, run: v3.openPassword },
  { path: /^\/api\/v3\/aadhaar\/(?:verify|basicVerify)$/, run: v3.aadhaarExists },
  { path: /^\/api\/v3\/aadhaar\/extraction$/, run: v3.readAadhaar },
  { path: /^\/api\/v3\/aadhaar\/extraction-masking$/, run: v3.readAadhaarMasked },
  { path: /^\/api\/v3\/(?:dl_\/verification|dl_number\/based_search)$/, run: v3.licenceSearch },
  { path: /^\/api\/v3\/driving-license\/extractions$/, run: v3.readLicence },
  { path: /^\/api\/v2\/patrons\/login$/, isOpen: true, run: logIn },
  { path: /^\/api\/v2\/patrons\/logout$/, run: logOut },
  { path: /^\/api\/v2\/patrons\/(\w+)\/identities$/, run: v2.createItem },
  { path: /^\/api\/v2\/snoops$/, isOpen: true, run: v2.snoop },
  { path: /^\/api\/files\/upload$/, isOpen: true, run: files.uploadForm },
  { path: /^\/api\/(?:base64strings\/upload|base64)$/, isOpen: true, run: files.uploadText },
  { method: 'GET', path: /^\/api\/files\/(\w+)\/download\/[\w.]+$/, isOpen: true, run: files.download },
]

/** What the server itself refuses, or a fault of ours. */
export const failed = (status: number, path: string): Answer => refusalOf(path, new Refusal(status))

/** Answers a request to the API, of either generation. */
export async function answerApi(world: World, incoming: Incoming): Promise<Answer> {
  const { method, path } = incoming
  const fault = world.faults.forApi(method, path)
  if (fault?.action === 'hang') return 'hang'
  if (fault?.action === 'fail') return failed(fault.status ?? 502, path)
  try {
    return answerWith(fault, await route(world, incoming))
  } catch (error) {
    if (error instanceof Refusal) return refusalOf(path, error)
    world.log(`signzy sandbox: ${method} ${path}: ${error instanceof Error ? error.stack : String(error)}`)
    return failed(500, path)
  }
}

function route(world: World, incoming: Incoming): Answer | Promise<Answer> {
  const path = incoming.path.replace(/(?<=.)\/$/, '')
  const fitting = routes.flatMap((one) => {
    const found = one.path.exec(path)
    return found ? [{ ...one, at: found.slice(1) }] : []
  })
  const chosen = fitting.find(({ method = 'POST' }) => method === incoming.method)
  if (chosen === undefined) throw new Refusal(fitting.length === 0 ? 404 : 405)
  if (chosen.isOpen !== true) requireToken(world, incoming)
  return chosen.run(world, { body: readBody(incoming), incoming, at: chosen.at })
}
