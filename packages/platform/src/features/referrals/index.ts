export { checkJobs } from './checks/jobs.ts'
export { leaveTraces, tracesEdition, type Brought } from './checks/traces.ts'
