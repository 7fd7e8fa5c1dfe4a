export { deliverKind, recordEvent, recordEvents, type NewEvent } from './record-event.ts'
