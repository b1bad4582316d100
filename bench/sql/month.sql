-- One month of invoices: one for each ordinary payer, %(heavy_each)s for the heavy one, %(rest)s for the last one.
INSERT INTO invoices_invoice
  (id, public_id, biller_id, account_id, payer_id, number, status, issued_on, due_on, currency, total_minor, open_minor,
   pending_minor, is_disputed, memo, created_at, paid_on)
SELECT id, 'inv_' || translate(substr(md5('inv' || id), 1, 20), '0', 'z'), %(biller)s, payer, payer,
       'INV-' || lpad(id::text, 8, '0'), CASE WHEN %(paid)s THEN 'paid' ELSE 'open' END, %(issued)s::date,
       %(issued)s::date + 30, 'USD', total, CASE WHEN %(paid)s THEN 0 ELSE total END, 0, false, '', %(issued)s::date,
       CASE WHEN %(paid)s THEN %(paid_on)s::date END
FROM generate_series(1, %(ordinary)s + %(heavy_each)s + %(rest)s) p,
     LATERAL (SELECT %(before)s + p AS id,
                     CASE WHEN p <= %(ordinary)s THEN p WHEN p <= %(ordinary)s + %(heavy_each)s THEN %(ordinary)s + 1
                          ELSE %(ordinary)s + 2 END AS payer) w,
     LATERAL (SELECT 320000 + payer %% 50 * 100 AS total) t;

INSERT INTO invoices_invoiceline (biller_id, invoice_id, position, description, amount_minor)
SELECT i.biller_id, i.id, l.position, l.description, l.amount
FROM invoices_invoice i,
     LATERAL (VALUES (1, 'Monthly rent', i.total_minor - 120000), (2, 'Care services', 95000), (3, 'Meals', 25000))
       l (position, description, amount)
WHERE i.id > %(before)s AND i.id <= %(until)s;

INSERT INTO ledger_entry (id, biller_id, kind, source_ref, posted_at, posted_on, effective_on)
SELECT id, biller_id, 'invoice.issued', 'inv:' || id, issued_on, issued_on, issued_on
FROM invoices_invoice WHERE id > %(before)s AND id <= %(until)s;

INSERT INTO ledger_line (entry_id, biller_id, account, amount_minor, currency, billing_account_id, payer_id, invoice_id)
SELECT i.id, i.biller_id, l.account, l.amount, 'USD', l.of_account, l.of_payer, l.of_invoice
FROM invoices_invoice i,
     LATERAL (VALUES ('receivable', i.total_minor, i.account_id, i.payer_id, i.id),
                     ('revenue', -i.total_minor, NULL, NULL, NULL))
       l (account, amount, of_account, of_payer, of_invoice)
WHERE i.id > %(before)s AND i.id <= %(until)s;
