import { answers } from './0023-group-moves/answers.ts'
import { group } from './0023-group-moves/group.ts'
import { one } from './0023-group-moves/one.ts'

/** Coin moves in groups, for less: typed arrays instead of JSON, each row looked up once, and answers that the process writes. */
export const groupMoves = `${answers}${one}${group}
revoke all on function wallet_moved_body from public;
revoke all on function wallet_move from public;
revoke all on function wallet_move_group from public;
grant execute on function wallet_move_group to connect_app;
`
