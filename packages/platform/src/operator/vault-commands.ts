import { createVault, keysFrom } from '../base/vault.ts'
import { everyTenant } from '../base/tenant.ts'
import type { Settings } from '../config/settings.ts'
import type { Db } from '../db/connect.ts'
import { keyVersions } from '../db/key-versions-store.ts'
import { embeddedMasterKey } from '../embedded/master-key.ts'
import { rewrapDocuments } from '../features/kyc-documents/index.ts'
import { rewrapIdentities } from '../features/kyc/index.ts'
import { rewrapAccounts } from '../features/withdrawals/index.ts'
import { say, withDb, type CommandGroup, type Here } from './command.ts'

export const vaultCommands: CommandGroup = {
  usage: `
  rewrap-keys          wrap the keys of documents, numbers and accounts by the newest version of CONNECT_VAULT_KEYS,
                       and tell which versions are still needed`,
  commands: { 'rewrap-keys': (_args, here) => withDb(here, (db, settings) => rewrapKeys(here, db, settings)) },
}

async function rewrapKeys(here: Here, db: Db, settings: Settings): Promise<number> {
  const masterKey = settings.masterKey ?? (await embeddedMasterKey(settings.dataDir))
  const vault = createVault(keysFrom(masterKey, settings.vaultKeys))
  for (const rewrap of [rewrapDocuments, rewrapIdentities, rewrapAccounts]) await rewrap({ db, vault })
  const versions = await db.transact(everyTenant, keyVersions)
  for (const [version, count] of versions) say(here, `version ${version}: ${count} keys`)
  const older = [...versions.keys()].filter((version) => version !== vault.keyVersion)
  if (older.length > 0) return say(here, `Some were in use just now. Run it again before a version is taken away.`, 1)
  return say(here, `All keys are wrapped by version ${vault.keyVersion}; older ones can be taken out of CONNECT_VAULT_KEYS.`)
}
