/** Masking a document is masking its pages, each for itself. */
export const maskedPages = `
select connect_enter(0);
alter table kyc_document_pages add column masked boolean not null default false;
grant update (masked) on kyc_document_pages to connect_app;
-- Providers masked documents of one page only. Which pages of longer ones reviewers masked is on the audit trail.
update kyc_document_pages p set masked = true from kyc_documents d
  where d.tenant_id = p.tenant_id and d.id = p.document_id and d.masked
    and (d.pages = 1 or exists (
      select from audit a where a.tenant_id = d.tenant_id and a.action = 'kyc.document_masked' and a.subject = d.id
        and a.details -> 'pages' @> to_jsonb(p.page)));
update kyc_documents d set masked = false where d.masked and exists (
  select from kyc_document_pages p where p.tenant_id = d.tenant_id and p.document_id = d.id and not p.masked);
`
