/** Who people are: what they agreed to, what they handed in, what was asked and decided. Names and numbers are sealed. */
export const kyc = `
alter table tenants
  -- What the app asks of identities; null: the platform's own rules.
  add column kyc jsonb;

alter table users
  -- As told in every answer about the user. Written with the row of kyc_profiles that it follows from, and by nothing else.
  add column kyc_status text not null default 'not_started' check (kyc_status in ('not_started', 'pending', 'verified', 'rejected'));

-- Evidence of what somebody agreed to, or took back: the text itself, and when, in which language and from where.
create table kyc_consents (
  id text collate "C" primary key,
  tenant_id integer not null,
  user_id text collate "C" not null,
  kind text not null check (kind in ('given', 'withdrawn')),
  version text not null,
  language text not null,
  -- Word for word as it was shown.
  text text not null,
  from_ip text,
  at timestamptz not null,
  unique (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index on kyc_consents (tenant_id, user_id, id desc);
grant select, insert on kyc_consents to connect_app;
call connect_fence('kyc_consents');
create trigger append_only before update or delete or truncate on kyc_consents for each statement execute function connect_refuse_change();

create table kyc_submissions (
  id text collate "C" primary key,
  tenant_id integer not null,
  user_id text collate "C" not null,
  type text not null check (type in ('aadhaar', 'pan', 'driving_license')),
  stage text not null check (stage in ('checking', 'review', 'second_review', 'verified', 'rejected', 'expired', 'erased')),
  stage_since timestamptz not null,
  -- How often it has been taken up: an answer to an earlier one is stale.
  attempt integer not null default 1,
  reasons text[] not null default '{}',
  review_reasons text[] not null default '{}',
  note text,
  -- All but the last four characters hidden; null when it has been erased.
  number_masked text,
  is_legacy boolean not null,
  -- HMAC of the number under a key of the app's own.
  fingerprint bytea,
  consent_id text collate "C" not null,
  provider text,
  decided_by text check (decided_by in ('rule', 'reviewer')),
  decided_at timestamptz,
  created_at timestamptz not null,
  unique (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, consent_id) references kyc_consents (tenant_id, id),
  check ((number_masked is null) = (fingerprint is null)),
  check (stage <> 'erased' or fingerprint is null)
) with (fillfactor = 70);
create index on kyc_submissions (tenant_id, user_id, id);
create index on kyc_submissions (tenant_id, stage, id);
create index on kyc_submissions (tenant_id, fingerprint) where fingerprint is not null;
-- One submission of a user is open at a time, whatever comes at once.
create unique index kyc_submissions_open on kyc_submissions (tenant_id, user_id) where stage in ('checking', 'review', 'second_review');
grant select, insert, update on kyc_submissions to connect_app;
call connect_fence('kyc_submissions');

-- How a user stands.
create table kyc_profiles (
  tenant_id integer not null,
  user_id text collate "C" not null,
  status text not null default 'not_started' check (status in ('not_started', 'pending', 'verified', 'rejected')),
  submission_id text collate "C",
  -- By which they are verified now; and the one that proved their PAN.
  verified_id text collate "C",
  pan_id text collate "C",
  pan_last_four text,
  is_adult boolean not null default false,
  reasons text[] not null default '{}',
  note text,
  verified_at timestamptz,
  expires_at timestamptz,
  -- Submissions that were rejected since they were last verified, or a reviewer opened the way again.
  rejections integer not null default 0,
  updated_at timestamptz not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, submission_id) references kyc_submissions (tenant_id, id),
  foreign key (tenant_id, verified_id) references kyc_submissions (tenant_id, id),
  foreign key (tenant_id, pan_id) references kyc_submissions (tenant_id, id),
  -- Nobody is verified without a submission, and nobody under age.
  check ((status = 'verified') = (verified_id is not null)),
  check (status <> 'verified' or is_adult)
) with (fillfactor = 70);
grant select, insert, update on kyc_profiles to connect_app;
call connect_fence('kyc_profiles');

-- Each thing that is sealed, with the key that opens it, wrapped. Deleting the row destroys the thing.
create table kyc_secrets (
  tenant_id integer not null,
  submission_id text collate "C" not null,
  -- number: as it was typed, of Aadhaar only while a provider has to be asked. person: name and birth date. found: the same by the source.
  kind text not null check (kind in ('number', 'person', 'found')),
  cipher bytea not null,
  wrapped_key bytea not null,
  key_version integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, submission_id, kind),
  foreign key (tenant_id, submission_id) references kyc_submissions (tenant_id, id)
);
create index on kyc_secrets (key_version);
grant select, insert, delete, update (cipher, wrapped_key, key_version, created_at) on kyc_secrets to connect_app;
call connect_fence('kyc_secrets');

-- Each question to a provider, and in our words what came of it.
create table kyc_checks (
  tenant_id integer not null,
  id text collate "C" not null,
  submission_id text collate "C" not null,
  attempt integer not null,
  provider text not null,
  request_id text,
  outcome text not null check (outcome in ('pass', 'fail', 'review', 'retryable', 'pending')),
  reason text,
  provider_code text,
  name_match text check (name_match in ('match', 'review', 'mismatch')),
  score double precision,
  requests integer not null,
  latency_ms integer not null,
  -- Whether it could still change anything.
  counted boolean not null,
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, submission_id) references kyc_submissions (tenant_id, id)
);
create index on kyc_checks (tenant_id, submission_id, id);
grant select, insert on kyc_checks to connect_app;
call connect_fence('kyc_checks');
create trigger append_only before update or delete or truncate on kyc_checks for each statement execute function connect_refuse_change();

-- What has become of a submission, step by step.
create table kyc_events (
  tenant_id integer not null,
  id text collate "C" not null,
  submission_id text collate "C" not null,
  at timestamptz not null,
  event text not null,
  from_stage text,
  to_stage text not null,
  -- usr_…, key_… or the platform; and the person whom the host named.
  actor text not null,
  reviewer text,
  attempt integer not null,
  reasons text[] not null default '{}',
  note text,
  primary key (tenant_id, id),
  foreign key (tenant_id, submission_id) references kyc_submissions (tenant_id, id)
);
create index on kyc_events (tenant_id, submission_id, id);
-- A person's approval counts once.
create unique index kyc_events_approvals on kyc_events (tenant_id, submission_id, attempt, lower(reviewer))
  where event in ('half_approved', 'approved') and reviewer is not null;
grant select, insert on kyc_events to connect_app;
call connect_fence('kyc_events');
create trigger append_only before update or delete or truncate on kyc_events for each statement execute function connect_refuse_change();

create index audit_kyc on audit (tenant_id, id) where action like 'kyc.%';
`
