/** What a document was sent as: a PDF may show both of its sides. */
export const documentSides = `
alter table kyc_documents add column format text not null default 'picture' check (format in ('picture', 'pdf'));
`
