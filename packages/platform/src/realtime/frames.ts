import type { RealtimeEvents, RealtimeEventType } from '@impacthub/sdk/contract'

/** A frame without its number: written once, however many receive it. */
export type FrameBody = string

export const frameBody = <T extends RealtimeEventType>(type: T, data: RealtimeEvents[T]): FrameBody => bodyOf(type, data)

/** For what came over the bus, where it was checked by the type of `toUser`. */
export const bodyOf = (type: string, data: unknown): FrameBody => `"type":${JSON.stringify(type)},"data":${JSON.stringify(data)}}`

export const frameText = (seq: number, body: FrameBody): string => `{"seq":${seq},${body}`
