import type { CallMedia, MediaClient } from './media/media-types.ts'

/**
 * The sound of one browser call in this tab: microphone, WebRTC and playback. Its code is loaded here and not before.
 * Ask for the microphone, then place or accept the call, then carry it:
 *
 * ```ts
 * const media = await createCallMedia(client)
 * if (await media.ask()) {
 *   const call = await client.calls.create({ calleeId, channel: 'browser', peer: media.peer })
 *   await media.carry(call)
 * }
 * ```
 *
 * `peer` names this tab to the platform, 16 to 64 letters, digits, `_` or `-`; a random one unless given.
 */
export async function createCallMedia(client: MediaClient, peer?: string): Promise<CallMedia> {
  const { openCallMedia } = await import('./media/call-media.ts')
  return openCallMedia(client, peer)
}
