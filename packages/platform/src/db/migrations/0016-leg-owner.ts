/** Whose leg an id of a provider's is, across tenants: a message that nobody signed may name any. */
export const legOwner = `
-- Whether a leg belongs to another call than this one, of whatever tenant. The tenant of the transaction stays what it was.
create function leg_of_another(p_leg text, p_call text) returns boolean language plpgsql as $$
declare
  mine text := current_setting('connect.tenant', true);
  found boolean;
begin
  perform connect_enter(0);
  select exists (select from calls where caller_leg_id = p_leg and id <> p_call)
      or exists (select from calls where callee_leg_id = p_leg and id <> p_call and not settled) into found;
  perform set_config('connect.tenant', mine, true);
  return found;
end $$;
`
