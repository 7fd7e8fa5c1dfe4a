export { leaveTraces, tracesEdition, type Brought } from './checks/traces.ts'
