-- What paid a quarter's invoices: one payment for each payer, recorded as money from outside.
INSERT INTO payments_payment
  (id, public_id, biller_id, account_id, payer_id, number, scope, key, request_hash, origin, status, amount_minor,
   fee_minor, currency, method_kind, method_label, method_last4, submitted_at, submitted_on, submitted_by_ref,
   submitted_by_name, effective_on, paid_on, settled_at, gateway_ref, action_url, decline_class, reason_code)
SELECT %(before)s + payer_id, 'pay_' || translate(substr(md5('pay' || %(before)s + payer_id), 1, 20), '0', 'z'),
       %(biller)s, payer_id, payer_id, 'B' || lpad((%(before)s + payer_id)::text, 9, '0'), 'import',
       'bench-' || %(before)s + payer_id, '', 'import', 'settled', sum(total_minor), 0, 'USD', 'external',
       'Paid outside the portal', '', %(paid_on)s::date, %(paid_on)s::date, 'operator', 'Operator', %(paid_on)s::date,
       %(paid_on)s::date, %(paid_on)s::date, '', '', '', ''
FROM invoices_invoice WHERE id > %(first)s AND id <= %(last)s GROUP BY payer_id;

INSERT INTO payments_allocation (biller_id, payment_id, invoice_id, kind, amount_minor, applied_on)
SELECT biller_id, %(before)s + payer_id, id, 'direct', total_minor, %(paid_on)s::date
FROM invoices_invoice WHERE id > %(first)s AND id <= %(last)s;

INSERT INTO payment_event (biller_id, payment_id, event, at, actor_ref, details)
SELECT biller_id, id, 'payment.recorded', submitted_at, 'operator', '{}' FROM payments_payment WHERE id > %(before)s AND id <= %(until)s;

INSERT INTO ledger_entry (id, biller_id, kind, source_ref, posted_at, posted_on, effective_on)
SELECT %(invoices)s + id, biller_id, 'payment.recorded', public_id, submitted_at, submitted_on, submitted_on
FROM payments_payment WHERE id > %(before)s AND id <= %(until)s;

INSERT INTO ledger_line (entry_id, biller_id, account, amount_minor, currency, billing_account_id, payer_id, invoice_id)
SELECT %(invoices)s + id, biller_id, 'external_receipts', amount_minor, 'USD', NULL, NULL, NULL
FROM payments_payment WHERE id > %(before)s AND id <= %(until)s
UNION ALL
SELECT %(invoices)s + %(before)s + payer_id, biller_id, 'receivable', -total_minor, 'USD', account_id, payer_id, id
FROM invoices_invoice WHERE id > %(first)s AND id <= %(last)s;
