/** Pictures of identity documents: what is known of them, the keys they are sealed with, and uploads that are not complete. */
export const kycDocuments = `
-- Every blob that may be in the storage, written down before it is put there: what a crash leaves behind is found again by this.
create table kyc_blobs (
  key text collate "C" primary key,
  tenant_id integer not null references tenants,
  -- pending: about to be put, and nobody's yet. held: a page has it. doomed: to be deleted from the storage, then from here.
  state text not null check (state in ('pending', 'held', 'doomed')),
  since timestamptz not null
);
create index on kyc_blobs (since) where state <> 'held';
grant select, insert, update, delete on kyc_blobs to connect_app;
call connect_fence('kyc_blobs');

create table kyc_documents (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  user_id text collate "C" not null,
  type text not null check (type in ('aadhaar', 'pan', 'driving_license')),
  side text not null check (side in ('front', 'back')),
  pages integer not null check (pages between 1 and 10),
  -- Of all its pictures together.
  bytes bigint not null check (bytes > 0),
  -- HMAC of the file as it was sent, under the app's own key: the same file is known again, and nothing else of it.
  digest bytea not null check (length(digest) = 32),
  hints text[] not null default '{}',
  masked boolean not null default false,
  -- Null until it is handed in.
  submission_id text collate "C",
  created_at timestamptz not null,
  -- Of the submission's decision; null again when it was taken back.
  decided_at timestamptz,
  keep_until timestamptz,
  destroyed_at timestamptz,
  unique (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  check ((decided_at is null) = (keep_until is null))
);
create index on kyc_documents (tenant_id, user_id, id);
create index on kyc_documents (tenant_id, submission_id) where submission_id is not null;
create index kyc_documents_decided on kyc_documents (decided_at) where destroyed_at is null and decided_at is not null;
create index kyc_documents_waiting on kyc_documents (created_at) where destroyed_at is null and submission_id is null;
grant select, insert, update on kyc_documents to connect_app;
call connect_fence('kyc_documents');

-- A page's wrapped key is nowhere else: without this row the picture is gone, whatever copies there are of the blob.
create table kyc_document_pages (
  tenant_id integer not null,
  document_id text collate "C" not null,
  page integer not null check (page between 1 and 10),
  -- Counts up when a masked picture takes the place of another.
  version integer not null check (version >= 1),
  blob_key text collate "C" not null unique references kyc_blobs,
  width integer not null,
  height integer not null,
  sealed_key bytea not null,
  sealed_key_version integer not null,
  primary key (tenant_id, document_id, page),
  foreign key (tenant_id, document_id) references kyc_documents (tenant_id, id)
);
create index on kyc_document_pages (sealed_key_version);
grant select, insert, delete, update (sealed_key, sealed_key_version) on kyc_document_pages to connect_app;
call connect_fence('kyc_document_pages');

create table kyc_uploads (
  id text collate "C" primary key,
  tenant_id integer not null references tenants,
  user_id text collate "C" not null,
  type text not null check (type in ('aadhaar', 'pan', 'driving_license')),
  side text not null check (side in ('front', 'back')),
  -- Of the file's name only how it ends: the rest may hold anybody's number.
  file_ending text not null,
  file_type text not null,
  length bigint not null check (length between 1 and 8388608),
  received bigint not null default 0 check (received between 0 and length),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  document_id text collate "C",
  unique (tenant_id, id),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, document_id) references kyc_documents (tenant_id, id)
);
create index on kyc_uploads (tenant_id, user_id);
create index on kyc_uploads (expires_at);
grant select, insert, update, delete on kyc_uploads to connect_app;
call connect_fence('kyc_uploads');

-- What has arrived of it, piece by piece, each sealed with a key of its own.
create table kyc_upload_pieces (
  tenant_id integer not null,
  upload_id text collate "C" not null,
  at bigint not null,
  bytes integer not null check (bytes between 1 and 262144),
  cipher bytea not null,
  sealed_key bytea not null,
  sealed_key_version integer not null,
  primary key (tenant_id, upload_id, at),
  foreign key (tenant_id, upload_id) references kyc_uploads (tenant_id, id) on delete cascade
);
-- It cannot be compressed: nothing is gained by trying.
alter table kyc_upload_pieces alter column cipher set storage external;
grant select, insert, delete, update (sealed_key, sealed_key_version) on kyc_upload_pieces to connect_app;
call connect_fence('kyc_upload_pieces');
`
